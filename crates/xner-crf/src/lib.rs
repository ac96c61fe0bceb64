//! Linear-chain conditional random fields on plain slices.
