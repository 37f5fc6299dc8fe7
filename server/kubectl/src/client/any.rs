//! Any API as one type.

use bytes::Bytes;
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use http::{Request, Response};
use jiff::Timestamp;

use crate::{Api, Body, Files, Forward, Listening, Printed, Stream};

/// [`Api`] without type parameters, so that commands are ordinary functions in a table.
pub(crate) trait AnyApi {
    fn call(&self, request: Request<Bytes>) -> LocalBoxFuture<'_, Response<Body>>;
    fn open(&self, request: Request<Bytes>) -> LocalBoxFuture<'_, Result<Stream, Response<Body>>>;
    fn listen(&self, forward: Forward) -> LocalBoxFuture<'_, Result<Listening, String>>;
    fn now(&self) -> Timestamp;
    fn sleep(&self, ms: i64) -> LocalBoxFuture<'_, ()>;
    fn program<'c>(
        &'c self,
        words: &'c [String],
        files: &'c dyn Files,
    ) -> LocalBoxFuture<'c, Option<Printed>>;
    fn namespace(&self) -> String;
    fn set_namespace(&self, namespace: &str) -> bool;
    fn cached(&self, path: &str) -> Option<Bytes>;
    fn keep(&self, path: &str, answer: &Bytes);
}

impl<T: Api> AnyApi for T {
    fn call(&self, request: Request<Bytes>) -> LocalBoxFuture<'_, Response<Body>> {
        Api::call(self, request).boxed_local()
    }

    fn open(&self, request: Request<Bytes>) -> LocalBoxFuture<'_, Result<Stream, Response<Body>>> {
        Api::open(self, request).boxed_local()
    }

    fn listen(&self, forward: Forward) -> LocalBoxFuture<'_, Result<Listening, String>> {
        Api::listen(self, forward).boxed_local()
    }

    fn now(&self) -> Timestamp {
        Api::now(self)
    }

    fn sleep(&self, ms: i64) -> LocalBoxFuture<'_, ()> {
        Api::sleep(self, ms).boxed_local()
    }

    fn program<'c>(
        &'c self,
        words: &'c [String],
        files: &'c dyn Files,
    ) -> LocalBoxFuture<'c, Option<Printed>> {
        Api::program(self, words, files).boxed_local()
    }

    fn namespace(&self) -> String {
        Api::namespace(self)
    }

    fn set_namespace(&self, namespace: &str) -> bool {
        Api::set_namespace(self, namespace)
    }

    fn cached(&self, path: &str) -> Option<Bytes> {
        Api::cached(self, path)
    }

    fn keep(&self, path: &str, answer: &Bytes) {
        Api::keep(self, path, answer);
    }
}
