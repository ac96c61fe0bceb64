//! Dense linear algebra in double precision: singular values and what is made of them.
