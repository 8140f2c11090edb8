//! A server without a network: requests are handed over.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Path;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tower::{ServiceBuilder, ServiceExt as _};
use tower_http::cors::CorsLayer;
use tower_http::services::ServeDir;
use tower_http::trace::TraceLayer;

/// What it answers, with all that stands in front of it.
pub fn router() -> Router {
    let layers = ServiceBuilder::new()
        .layer(TraceLayer::new_for_http())
        .layer(CorsLayer::permissive())
        .layer(tower::limit::ConcurrencyLimitLayer::new(8));
    Router::new()
        .route("/rooms/{number}", get(|Path(number): Path<u64>| async move { Json(vec![number, number + 1]) }))
        .nest_service("/files", ServeDir::new("no such folder"))
        .layer(layers)
}

/// Asks for a page: the status, and the length of the answer.
pub async fn asked(page: &str) -> Result<(StatusCode, usize), Infallible> {
    let request = Request::get(page).body(Body::empty()).expect("a plain page");
    let answer = router().oneshot(request).await?;
    let status = answer.status();
    let bytes = to_bytes(answer.into_body(), 1 << 16).await.unwrap_or_default();
    Ok((status, bytes.len()))
}

/// Sends bytes through a pipe in memory.
pub async fn piped(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let (near, mut far) = tokio::io::duplex(64);
    let mut near = TokioIo::new(near).into_inner();
    let mut back = Vec::new();
    let (sent, read) = tokio::join!(
        async move {
            near.write_all(bytes).await?;
            near.shutdown().await
        },
        far.read_to_end(&mut back)
    );
    sent.and(read).map(|_| back)
}

/// Uses all of it.
pub fn everything(seed: u64) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let found = asked(&format!("/rooms/{}", seed % 1000)).await.expect("it never fails");
        let missing = asked("/files/none").await.expect("it never fails");
        assert_eq!((found.0, missing.0), (StatusCode::OK, StatusCode::NOT_FOUND));
        let text = "depot ".repeat((seed % 40) as usize);
        let back = tokio::time::timeout(Duration::from_secs(60), piped(text.as_bytes())).await;
        assert!(back.is_ok_and(|back| back.is_ok_and(|back| back == text.as_bytes())));
        (found.1 + text.len()) as u64
    })
}
