//! Steps of normalisation.
