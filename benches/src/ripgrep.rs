//! What `rg -c -F tgt1.` does.

use std::path::Path;

use grep_regex::RegexMatcherBuilder;
use grep_searcher::{BinaryDetection, SearcherBuilder, Sink, SinkMatch};

struct Count(u64);

impl Sink for Count {
    type Error = std::io::Error;

    fn matched(
        &mut self,
        _: &grep_searcher::Searcher,
        _: &SinkMatch<'_>,
    ) -> Result<bool, Self::Error> {
        self.0 += 1;
        Ok(true)
    }
}

pub(crate) fn lines_with_the_prefix(path: &Path) -> u64 {
    let matcher = RegexMatcherBuilder::new()
        .line_terminator(Some(b'\n'))
        .fixed_strings(true)
        .build("tgt1.")
        .expect("a pattern");
    let mut searcher = SearcherBuilder::new()
        .line_number(false)
        .binary_detection(BinaryDetection::quit(0))
        .build();
    let mut count = Count(0);
    searcher.search_path(&matcher, path, &mut count).expect("read");
    count.0
}
