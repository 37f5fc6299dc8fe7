//! Apache, with and without PHP.

use crate::network::HttpResponse;

use super::http::{Asked, Given};
use super::nginx::media_type;

/// Where the image's files lie.
pub const ROOT: &str = "/usr/local/apache2/htdocs";
/// `index.html` as the image has it.
pub const INDEX: &str = "<html><body><h1>It works!</h1></body></html>\n";

/// A static file, or an error page.
pub(super) fn answer(version: &str, asked: &Asked<'_>) -> Given {
    let path = asked.request.path();
    let path = if path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() };
    let response = match (asked.file)(&format!("{ROOT}{path}")) {
        Some(body) => HttpResponse::new(200, media_type(&path), body),
        None => error(404, "Not Found", "The requested URL was not found on this server."),
    };
    finish(asked, response, &format!("Apache/{version} (Unix)"))
}

fn error(status: u16, title: &str, text: &str) -> HttpResponse {
    let body = format!(
        "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n\
         <title>{status} {title}</title>\n</head><body>\n<h1>{title}</h1>\n<p>{text}</p>\n\
         </body></html>\n"
    );
    HttpResponse::new(status, "text/html; charset=iso-8859-1", body)
}

/// Names the server and logs the request.
fn finish(asked: &Asked<'_>, mut response: HttpResponse, server: &str) -> Given {
    let log = format!(
        "{} - - [{}] \"{}\" {} {}",
        asked.client,
        asked.time("%d/%b/%Y:%H:%M:%S +0000"),
        asked.line(),
        response.status,
        response.body.len(),
    );
    let date = ("Date".to_owned(), asked.date());
    response.headers.splice(0..0, [date, ("Server".to_owned(), server.to_owned())]);
    Given { response, log: vec![log], exits: None, takes_ms: 1 }
}

/// A script that always prints the same.
pub(super) fn php(text: &str, asked: &Asked<'_>) -> Given {
    let response = HttpResponse::new(200, "text/html; charset=UTF-8", text);
    let mut given = finish(asked, response, "Apache/2.4.10 (Debian) PHP/5.6.14");
    // It takes a million square roots first.
    given.takes_ms = 60;
    given
}

/// The frontend of the documentation's guestbook.
pub(super) fn guestbook(asked: &Asked<'_>) -> Given {
    let page = "<html>\n  <head>\n    <title>Guestbook</title>\n  </head>\n  <body>\n    \
                <h2>Guestbook</h2>\n    <form action=\"guestbook.php\">\n      <input name=\"value\" \
                placeholder=\"Messages\">\n      <button type=\"submit\">Submit</button>\n    \
                </form>\n  </body>\n</html>\n";
    let response = match asked.request.path() {
        "/" | "/index.html" => HttpResponse::new(200, "text/html", page),
        "/guestbook.php" => error(501, "Not Implemented", "What it asks Redis is not modelled."),
        _ => error(404, "Not Found", "The requested URL was not found on this server."),
    };
    finish(asked, response, "Apache/2.4.38 (Debian)")
}

/// WordPress leads to its installation, if it has a database at all.
pub(super) fn wordpress(database: bool, asked: &Asked<'_>) -> Given {
    let server = "Apache/2.4.65 (Debian)";
    if !database {
        let response =
            error(500, "Internal Server Error", "Error establishing a database connection");
        return finish(asked, response, server);
    }
    let mut response = HttpResponse::new(302, "text/html; charset=UTF-8", Vec::new());
    let to = format!("http://{}/wp-admin/install.php", asked.header("host"));
    response.headers.push(("Location".to_owned(), to));
    if asked.request.path().ends_with("install.php") {
        let page = "<!DOCTYPE html>\n<html lang=\"en-US\">\n<head><title>WordPress &rsaquo; \
                    Installation</title></head>\n<body class=\"wp-core-ui\">\n<p id=\"logo\">\
                    WordPress</p>\n<h1>Welcome</h1>\n</body>\n</html>\n";
        response = HttpResponse::new(200, "text/html; charset=utf-8", page);
    }
    finish(asked, response, server)
}
