//! Layers and fused sequence operations on burn.
