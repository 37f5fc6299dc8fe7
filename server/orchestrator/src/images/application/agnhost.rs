//! Kubernetes' own test image: <https://pkg.go.dev/k8s.io/kubernetes/test/images/agnhost>.

use crate::network::HttpResponse;
use crate::time::Millis;

use super::http::{Asked, Given, plain};

/// `netexec`
pub(super) fn netexec(asked: &Asked<'_>) -> Given {
    let request = asked.request;
    let log = format!("{} {} {}", asked.time("%Y/%m/%d %H:%M:%S"), request.method, request.path());
    let mut given = Given { log: vec![log], takes_ms: 1, ..Given::default() };
    given.response = match request.path() {
        "/" => plain(asked, 200, format!("NOW: {}", now(asked))),
        "/clientip" => plain(asked, 200, asked.peer()),
        "/hostname" | "/hostName" => plain(asked, 200, asked.hostname),
        "/healthz" => plain(asked, 200, ""),
        "/echo" => echo(asked),
        "/header" => {
            let key = asked.parameter("key").unwrap_or_default();
            plain(asked, 200, request.header(&key).unwrap_or_default())
        }
        "/redirect" => {
            let location = asked.parameter("location").unwrap_or_default();
            let code = asked.parameter("code").and_then(|code| code.parse().ok()).unwrap_or(302);
            let mut response = plain(asked, code, "");
            response.headers.push(("Location".to_owned(), location));
            response
        }
        "/exit" => {
            let code = asked.parameter("code").and_then(|code| code.parse().ok()).unwrap_or(0);
            given.exits = Some(code);
            let wait = asked.parameter("wait");
            given
                .log
                .push(format!("Will exit in {} with code {code}", wait.unwrap_or("0s".into())));
            plain(asked, 200, "")
        }
        "/shutdown" => {
            given.exits = Some(0);
            plain(asked, 200, "")
        }
        _ => plain(asked, 404, "404 page not found\n"),
    };
    given
}

fn echo(asked: &Asked<'_>) -> HttpResponse {
    let code = asked.parameter("code").and_then(|code| code.parse().ok()).unwrap_or(200);
    plain(asked, code, asked.parameter("msg").unwrap_or_default())
}

/// As Go prints a time.
fn now(asked: &Asked<'_>) -> String {
    let (seconds, millis) = (asked.up_ms / 1000, asked.up_ms % 1000);
    format!("{} +0000 UTC m=+{seconds}.{millis:03}000000", asked.time("%Y-%m-%d %H:%M:%S.%9f"))
}

/// `liveness`: well for so long, then not.
pub(super) fn liveness(well_ms: Millis, asked: &Asked<'_>) -> Given {
    if asked.up_ms < well_ms {
        return plain(asked, 200, "ok").into();
    }
    let seconds = asked.up_ms / 1000;
    let millis = asked.up_ms % 1000;
    plain(asked, 500, format!("error: {seconds}.{millis:03}")).into()
}
