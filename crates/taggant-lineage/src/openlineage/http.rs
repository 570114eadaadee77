//! Events to an OpenLineage endpoint over HTTP.

use std::thread::sleep;
use std::time::Duration;

use ureq::Agent;
use ureq::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};

use super::{ExportError, Target};

/// How often an event is sent until the export gives up.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// Attempts per event, the first one included.
    pub attempts: u32,
    /// How long to wait before the second; twice as long before each further one.
    pub first_wait: Duration,
    /// How long one attempt may take.
    pub timeout: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 6,
            first_wait: Duration::from_millis(500),
            timeout: Duration::from_secs(30),
        }
    }
}

/// No wait is longer than this, whatever a server asks for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// An endpoint such as `https://lineage.example/api/v1/lineage`.
pub struct HttpTarget {
    agent: Agent,
    url: String,
    key: Option<String>,
    retry: Retry,
}

/// What one attempt came to.
enum Attempt {
    Done,
    /// It may work later; the server may say when.
    Later(String, Option<Duration>),
    Never(String),
}

impl HttpTarget {
    /// An endpoint, with the API key that it wants in `Authorization: Bearer`.
    ///
    /// # Errors
    /// Where the URL is none of `http` or `https`, or has user info, which would be logged; and where
    /// a key would go to another host without TLS.
    pub fn new(url: &str, key: Option<String>, retry: Retry) -> Result<Self, ExportError> {
        let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
        let authority = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
        if authority.is_none_or(|authority| authority.is_empty() || authority.contains('@')) {
            return Err(ExportError(
                "an endpoint is a URL such as https://lineage.example/api/v1/lineage, without a \
                 user name or password in it"
                    .to_owned(),
            ));
        }
        let host = authority.unwrap_or_default();
        let is_here = ["127.0.0.1", "localhost", "[::1]"]
            .iter()
            .any(|own| host == *own || host.strip_prefix(own).is_some_and(|r| r.starts_with(':')));
        if key.is_some() && url.starts_with("http://") && !is_here {
            return Err(ExportError(
                "the API key would go over the network without TLS: use https".to_owned(),
            ));
        }
        let config = Agent::config_builder()
            .timeout_global(Some(retry.timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .build();
        Ok(Self { agent: config.into(), url: url.to_owned(), key, retry })
    }

    fn attempt(&self, event: &[u8]) -> Attempt {
        let mut request = self.agent.post(&self.url).header(CONTENT_TYPE, "application/json");
        if let Some(key) = &self.key {
            request = request.header(AUTHORIZATION, format!("Bearer {key}"));
        }
        let response = match request.send(event) {
            Ok(response) => response,
            // The error may quote the request; its kind says enough.
            Err(error) => return Attempt::Later(reason(&error), None),
        };
        let status = response.status().as_u16();
        let wait = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let wait = wait.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
        match status {
            200..=299 => Attempt::Done,
            408 | 425 | 429 | 500..=599 => Attempt::Later(format!("status {status}"), wait),
            _ => Attempt::Never(format!("status {status}")),
        }
    }
}

fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "it took too long".to_owned(),
        ureq::Error::HostNotFound => "the host was not found".to_owned(),
        ureq::Error::Io(error) => error.kind().to_string(),
        _ => "the connection failed".to_owned(),
    }
}

impl Target for HttpTarget {
    fn send(&mut self, event: &[u8]) -> Result<(), ExportError> {
        let mut wait = self.retry.first_wait;
        for attempt in 1.. {
            let (why, asked) = match self.attempt(event) {
                Attempt::Done => return Ok(()),
                Attempt::Never(why) => {
                    return Err(ExportError(format!(
                        "the OpenLineage endpoint refuses an event ({why}); check its address and \
                         the API key"
                    )));
                }
                Attempt::Later(why, asked) => (why, asked),
            };
            if attempt >= self.retry.attempts {
                return Err(ExportError(format!(
                    "the OpenLineage endpoint does not take events ({why}, {attempt} attempts); \
                     the next export goes on where this one stopped"
                )));
            }
            sleep(asked.unwrap_or(wait).min(LONGEST_WAIT));
            wait = wait.saturating_mul(2).min(LONGEST_WAIT);
        }
        unreachable!("the loop ends with the attempts")
    }
}

#[cfg(test)]
mod tests;
