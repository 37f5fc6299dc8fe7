//! What one address may hold, over all of its sandboxes.

use std::{net::SocketAddr, time::Duration};

use http::StatusCode;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::house::{Folder, House};

/// Opens a watch and reads the beginning of its answer.
async fn watch(address: SocketAddr, id: &str) -> (TcpStream, u16) {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let path = format!("/sandboxes/{id}/api/v1/pods?watch=true");
    let request = format!("GET {path} HTTP/1.1\r\nHost: test\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut head = [0; 12];
    stream.read_exact(&mut head).await.expect("an answer");
    let code = std::str::from_utf8(&head[9..]).expect("text").parse().expect("a code");
    (stream, code)
}

#[tokio::test(flavor = "multi_thread")]
async fn watches_of_all_sandboxes_of_an_address_have_a_bound() {
    let folder = Folder::new();
    let house = House::open(&folder, &["--address-requests-max", "4"]).await;
    let (one, other) = (house.sandbox("{}").await, house.sandbox("{}").await);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let service = house.router.clone().into_make_service_with_connect_info::<SocketAddr>();
    let serving = tokio::spawn(async move { axum::serve(listener, service).await });
    let mut open = Vec::new();
    for id in [&one, &other, &one, &other] {
        let (stream, code) = watch(address, id).await;
        assert_eq!(code, StatusCode::OK.as_u16());
        open.push(stream);
    }
    assert_eq!(watch(address, &one).await.1, StatusCode::TOO_MANY_REQUESTS.as_u16());
    open.pop();
    // The server hears of it a moment later.
    for _ in 0..200 {
        if watch(address, &one).await.1 == StatusCode::OK.as_u16() {
            serving.abort();
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the place of a watch that was cut is not free");
}
