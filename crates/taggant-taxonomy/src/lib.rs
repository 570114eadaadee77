//! Keys of the fideslang default taxonomy.
