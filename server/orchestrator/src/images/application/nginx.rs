//! nginx: the welcome page, files, error pages, and the Ingress controller that is made of it.

use crate::network::HttpResponse;

use super::http::{Asked, Given};

/// Where the image's files lie.
pub const ROOT: &str = "/usr/share/nginx/html";

/// `index.html` as the image has it: it was set differently until 1.21.
pub fn index(version: &str) -> String {
    let style = if is_before_1_21(version) {
        "\n    body {\n        width: 35em;\n        margin: 0 auto;\n        \
         font-family: Tahoma, Verdana, Arial, sans-serif;\n    }\n"
    } else {
        "\nhtml { color-scheme: light dark; }\nbody { width: 35em; margin: 0 auto;\n\
         font-family: Tahoma, Verdana, Arial, sans-serif; }\n"
    };
    format!(
        "<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n<style>{style}</style>\n\
         </head>\n<body>\n<h1>Welcome to nginx!</h1>\n<p>If you see this page, the nginx web server \
         is successfully installed and\nworking. Further configuration is required.</p>\n\n\
         <p>For online documentation and support please refer to\n\
         <a href=\"http://nginx.org/\">nginx.org</a>.<br/>\nCommercial support is available at\n\
         <a href=\"http://nginx.com/\">nginx.com</a>.</p>\n\n\
         <p><em>Thank you for using nginx.</em></p>\n</body>\n</html>\n"
    )
}

fn is_before_1_21(version: &str) -> bool {
    let mut numbers = version.split('.').map(|part| part.parse::<u32>().unwrap_or(u32::MAX));
    let (major, minor) = (numbers.next().unwrap_or(1), numbers.next().unwrap_or(u32::MAX));
    major == 1 && minor < 21
}

/// An error page. Without a version as an Ingress controller shows it.
pub(crate) fn error(status: u16, version: Option<&str>) -> HttpResponse {
    let mut response = HttpResponse::new(status, "text/html", Vec::new());
    // nginx has words of its own for some.
    let words = match status {
        405 => "Not Allowed",
        503 => "Service Temporarily Unavailable",
        504 => "Gateway Time-out",
        _ => response.reason(),
    };
    let title = format!("{status} {words}");
    let server = version.map_or_else(|| "nginx".to_owned(), |version| format!("nginx/{version}"));
    response.body = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\
         \r\n<hr><center>{server}</center>\r\n</body>\r\n</html>\r\n"
    )
    .into_bytes();
    response.headers[1].1 = response.body.len().to_string();
    response
}

/// A static file, or an error page.
pub(super) fn answer(version: &str, asked: &Asked<'_>) -> Given {
    let mut response = page(version, asked);
    let mut headers =
        vec![("Server".to_owned(), format!("nginx/{version}")), ("Date".to_owned(), asked.date())];
    headers.append(&mut response.headers);
    headers.push(("Connection".to_owned(), "keep-alive".to_owned()));
    response.headers = headers;
    let mut log = Vec::new();
    if response.status == 404 {
        let path = asked.request.path();
        log.push(format!(
            "{} [error] 29#29: *{} open() \"{ROOT}{path}\" failed (2: No such file or directory), \
             client: {}, server: localhost, request: \"{}\", host: \"{}\"",
            asked.time("%Y/%m/%d %H:%M:%S"),
            asked.number + 1,
            asked.client,
            asked.line(),
            asked.header("host"),
        ));
    }
    log.push(access(asked, &response));
    Given { response, log, exits: None, takes_ms: 1 }
}

/// The image's own format, `main`.
fn access(asked: &Asked<'_>, response: &HttpResponse) -> String {
    format!(
        "{} - - [{}] \"{}\" {} {} \"{}\" \"{}\" \"{}\"",
        asked.client,
        asked.time("%d/%b/%Y:%H:%M:%S +0000"),
        asked.line(),
        response.status,
        response.body.len(),
        asked.header("referer"),
        asked.header("user-agent"),
        asked.header("x-forwarded-for"),
    )
}

fn page(version: &str, asked: &Asked<'_>) -> HttpResponse {
    let request = asked.request;
    if !matches!(request.method.as_str(), "GET" | "HEAD") {
        return error(405, Some(version));
    }
    let path = request.path();
    let path = if path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() };
    if path.split('/').any(|part| part == "..") {
        return error(400, Some(version));
    }
    match (asked.file)(&format!("{ROOT}{path}")) {
        Some(body) => {
            let mut response = HttpResponse::new(200, media_type(&path), body);
            response.headers.push(("Accept-Ranges".to_owned(), "bytes".to_owned()));
            response
        }
        None if path.ends_with("/index.html") => error(403, Some(version)),
        None => error(404, Some(version)),
    }
}

/// By the end of the name, as `mime.types` has it.
pub(super) fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" | "htm" => "text/html",
        "css" => "text/css",
        "js" => "application/javascript",
        "json" => "application/json",
        "txt" => "text/plain",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        _ => "application/octet-stream",
    }
}

/// The health page of the Ingress controller.
pub(super) fn controller(asked: &Asked<'_>) -> Given {
    match (asked.port, asked.request.path()) {
        (10254, "/healthz") => super::http::plain(asked, 200, "ok").into(),
        (10254, _) => super::http::plain(asked, 404, "404 page not found\n").into(),
        _ => error(404, None).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_welcome_pages_are_as_long_as_the_real_ones() {
        assert_eq!(index("1.27.3").len(), 615);
        assert_eq!(index("1.14.2").len(), 612);
    }

    #[test]
    fn error_pages_are_as_long_as_the_real_ones() {
        assert_eq!(error(404, Some("1.27.3")).body.len(), 153);
        assert_eq!(error(404, None).body.len(), 146);
        assert_eq!(error(503, None).body.len(), 190);
    }
}
