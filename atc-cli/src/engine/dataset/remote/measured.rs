//! Answers of web servers that do not say how long they are.
//!
//! The client of object stores takes no such answer. It is fetched whole, as it comes, and then has a length.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService, ReqwestConnector,
};
use object_store::{ClientOptions, Result};

const LENGTH: &str = "content-length";

/// Connects as usual, to servers whose answers have lengths afterwards.
#[derive(Debug, Default)]
pub(super) struct Measured(ReqwestConnector);

/// Sends requests, and measures what it gets.
#[derive(Debug)]
struct Client(HttpClient);

impl HttpConnector for Measured {
    fn connect(&self, options: &ClientOptions) -> Result<HttpClient> {
        Ok(HttpClient::new(Client(self.0.connect(options)?)))
    }
}

impl HttpService for Client {
    fn call<'a, 'async_trait>(
        &'a self,
        request: HttpRequest,
    ) -> BoxFuture<'async_trait, Result<HttpResponse, HttpError>>
    where
        'a: 'async_trait,
    {
        // Of a range that was asked for, the length tells whether it is that one.
        let is_whole = request.method() == "GET" && !request.headers().contains_key("range");
        async move {
            let answer = self.0.execute(request).await?;
            let has_length = answer.headers().contains_key(LENGTH);
            if !is_whole || has_length || !answer.status().is_success() {
                return Ok(answer);
            }
            let (mut head, body) = answer.into_parts();
            let body = body.bytes().await?;
            head.headers.insert(LENGTH, body.len().into());
            Ok(HttpResponse::from_parts(head, body.into()))
        }
        .boxed()
    }
}
