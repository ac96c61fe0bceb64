//! Figures for Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Upper ends of the histogram's bins, in seconds.
const BINS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// What is counted from the start on.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// Requests by route and status.
    answered: Mutex<BTreeMap<(String, u16), u64>>,
    /// Requests on their way.
    under_way: AtomicI64,
    /// Requests for entities by how long they took; the last bin is for all that took longer.
    times: [AtomicU64; BINS.len() + 1],
    microseconds: AtomicU64,
    texts: AtomicU64,
    bytes: AtomicU64,
    entities: AtomicU64,
}

impl Metrics {
    /// A request has come.
    pub(crate) fn begin(&self) {
        self.under_way.fetch_add(1, Ordering::Relaxed);
    }

    /// It is answered, or was given up.
    pub(crate) fn end(&self) {
        self.under_way.fetch_sub(1, Ordering::Relaxed);
    }

    /// How a request was answered.
    pub(crate) fn answered(&self, route: &str, status: u16) {
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        *answered.entry((route.to_owned(), status)).or_default() += 1;
    }

    /// A request for entities that was answered with them.
    pub(crate) fn tagged(&self, texts: usize, bytes: usize, entities: usize, took: Duration) {
        let bin = BINS.partition_point(|&end| end < took.as_secs_f64());
        self.times[bin].fetch_add(1, Ordering::Relaxed);
        self.microseconds.fetch_add(took.as_micros() as u64, Ordering::Relaxed);
        for (counter, count) in [(&self.texts, texts), (&self.bytes, bytes), (&self.entities, entities)] {
            counter.fetch_add(count as u64, Ordering::Relaxed);
        }
    }

    /// The text that Prometheus reads.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let head = |text: &mut String, name: &str, kind: &str, help: &str| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        };
        head(&mut text, "xner_requests_total", "counter", "Requests answered.");
        for ((route, status), count) in self.answered.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let _ = writeln!(text, "xner_requests_total{{route=\"{route}\",status=\"{status}\"}} {count}");
        }
        head(&mut text, "xner_requests_under_way", "gauge", "Requests on their way.");
        let _ = writeln!(text, "xner_requests_under_way {}", self.under_way.load(Ordering::Relaxed));
        for (name, help, counter) in [
            ("xner_texts_total", "Texts tagged.", &self.texts),
            ("xner_text_bytes_total", "Bytes of text tagged.", &self.bytes),
            ("xner_entities_total", "Entities found.", &self.entities),
        ] {
            head(&mut text, name, "counter", help);
            let _ = writeln!(text, "{name} {}", counter.load(Ordering::Relaxed));
        }
        let name = "xner_entities_seconds";
        head(&mut text, name, "histogram", "How long requests for entities took.");
        let mut sum = 0;
        for (times, end) in
            self.times.iter().zip(BINS.map(|end| end.to_string()).into_iter().chain(["+Inf".to_owned()]))
        {
            sum += times.load(Ordering::Relaxed);
            let _ = writeln!(text, "{name}_bucket{{le=\"{end}\"}} {sum}");
        }
        let seconds = self.microseconds.load(Ordering::Relaxed) as f64 / 1e6;
        let _ = writeln!(text, "{name}_sum {seconds}\n{name}_count {sum}");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_add_up() {
        let metrics = Metrics::default();
        for milliseconds in [1, 3, 30, 20_000] {
            metrics.tagged(2, 10, 1, Duration::from_millis(milliseconds));
        }
        metrics.answered("/v1/entities", 200);
        metrics.answered("/v1/entities", 200);
        let text = metrics.text();
        for line in [
            "xner_requests_total{route=\"/v1/entities\",status=\"200\"} 2",
            "xner_texts_total 8",
            "xner_entities_seconds_bucket{le=\"0.001\"} 1",
            "xner_entities_seconds_bucket{le=\"0.005\"} 2",
            "xner_entities_seconds_bucket{le=\"10\"} 3",
            "xner_entities_seconds_bucket{le=\"+Inf\"} 4",
            "xner_entities_seconds_count 4",
        ] {
            assert!(text.lines().any(|own| own == line), "{line}\n{text}");
        }
    }
}
