//! Data creation (section 2.2): translated, code-switched and shuffled sentences out of labelled ones.
