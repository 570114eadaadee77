//! No plaintext leaks, and what was sealed opens to the same value: every format × every shape.

mod formats {
    mod check;
    mod errors;
    mod matrix;
    mod printing;
}
