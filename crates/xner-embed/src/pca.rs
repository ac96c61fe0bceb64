//! Principal directions.
