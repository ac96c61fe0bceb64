//! Exact nearest neighbours by inner product and by CSLS, without ever holding all similarities.
