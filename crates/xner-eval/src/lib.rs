//! Entity F1 as conlleval and seqeval count it, significance, calibration and reports.
