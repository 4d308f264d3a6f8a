//! One request and its answer.

use super::{
    body::Decoder,
    client::{Client, Connection, Host, Origin},
    events::{Event, Events},
    faults::Fault,
};
use http::{HeaderValue, Method, Request, Response, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};
use tokio::sync::Semaphore;

/// Pieces of an answer that may wait for JavaScript to take them, 64 KiB each at most.
pub const PIECES_AHEAD: usize = 4;

/// Where news of a request goes.
pub struct Outlet<'a> {
    pub id: u32,
    pub events: &'a Events,
    /// One permit for each piece that JavaScript has room for.
    pub pieces: &'a Semaphore,
}

/// A request that is complete: where to, and with its Host header.
pub struct Order {
    pub origin: Origin,
    pub request: Request<Full<Bytes>>,
    /// Whether the connection is kept for further requests.
    pub is_kept: bool,
}

impl Order {
    /// `headers`: names and values by turns.
    pub fn new(
        method: &str,
        url: &str,
        headers: &[String],
        body: Option<String>,
        is_kept: bool,
    ) -> Result<Self, Fault> {
        let invalid = |_| Fault::of("ERR_INVALID_URL");
        let url: Uri = url.parse().map_err(|_| Fault::of("ERR_INVALID_URL"))?;
        let authority = url.authority().ok_or(Fault::of("ERR_INVALID_URL"))?;
        let is_secure = url.scheme_str() == Some("https");
        let origin = Origin {
            is_secure,
            host: authority.host().trim_matches(['[', ']']).to_owned(),
            port: authority.port_u16().unwrap_or(if is_secure { 443 } else { 80 }),
        };
        let path = url.path_and_query().map_or("/", |path| path.as_str());
        let path = path.parse::<Uri>().map_err(|_| Fault::of("ERR_INVALID_URL"))?;
        let has_default_port = authority.port_u16() == Some(if is_secure { 443 } else { 80 });
        let host = if has_default_port {
            authority.host()
        } else {
            host_of(authority.as_str())
        };
        let mut builder = Request::builder().method(method).uri(path).header(header::HOST, host);
        for pair in headers.chunks_exact(2) {
            builder = builder.header(&pair[0], &pair[1]);
        }
        if !is_kept {
            builder = builder.header(header::CONNECTION, HeaderValue::from_static("close"));
        }
        let request = builder.body(Full::from(body.unwrap_or_default())).map_err(invalid)?;
        Ok(Order {
            origin,
            request,
            is_kept,
        })
    }
}

/// An authority without user and password.
fn host_of(authority: &str) -> &str {
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

/// Sends a request, and tells of the answer piece by piece.
pub async fn exchange(client: &Client, order: Order, outlet: &Outlet<'_>) -> Result<(), Fault> {
    let host = client.host(order.origin);
    // Held until the answer is complete. The semaphore is never closed.
    let _room = host.room.acquire().await.map_err(|_| Fault::of("ECONNABORTED"))?;
    let (answer, connection) = send(client, &host, order.request, order.is_kept).await?;
    let (mut head, mut body) = answer.into_parts();
    let mut decoder = Decoder::of(&mut head.headers);
    outlet
        .events
        .push(outlet.id, Event::Head(head.status.as_u16(), head.headers));
    while let Some(piece) = next_piece(&mut body, outlet.events).await? {
        match &mut decoder {
            None => hand_out(piece, outlet).await,
            Some(decoder) => {
                let mut input: &[u8] = &piece;
                while !input.is_empty() {
                    hand_out(decoder.step(&mut input)?, outlet).await;
                }
            }
        }
    }
    if let Some(decoder) = &mut decoder {
        hand_out(decoder.finish()?, outlet).await;
    }
    if order.is_kept {
        host.keep(connection);
    }
    Ok(())
}

/// Sends a request. A connection that was kept may have been closed by the server meanwhile: a request that was not sent,
/// or may be repeated, is sent again on another one (RFC 9110 section 9.2.2).
async fn send(
    client: &Client,
    host: &Host,
    mut request: Request<Full<Bytes>>,
    is_kept: bool,
) -> Result<(Response<Incoming>, Connection), Fault> {
    loop {
        let (mut connection, was_open) = match is_kept {
            true => client.connection(host).await?,
            false => (client.connect(host.origin()).await?, false),
        };
        let was_used = connection.was_used;
        let again = (was_used && request.method() == Method::GET).then(|| request.clone());
        match connection.sender.try_send_request(request).await {
            Ok(answer) => {
                connection.was_used = true;
                return Ok((answer, connection));
            }
            Err(mut failed) => {
                let unsent = if was_open { failed.take_message() } else { None };
                let error = failed.into_error();
                match unsent.or(again.filter(|_| !error.is_parse())) {
                    Some(same) => request = same,
                    None => return Err(error.into()),
                }
            }
        }
    }
}

/// The next piece of a body, if it has not ended. The engine is woken before a wait, so what comes at once costs one wake-up.
async fn next_piece(body: &mut Incoming, events: &Events) -> Result<Option<Bytes>, Fault> {
    loop {
        let mut next = body.frame();
        let frame = match poll_fn(|context| Poll::Ready(Pin::new(&mut next).poll(context))).await {
            Poll::Ready(frame) => frame,
            Poll::Pending => {
                events.signal();
                next.await
            }
        };
        match frame.transpose()? {
            None => return Ok(None),
            Some(frame) => {
                // Trailers are ignored.
                if let Ok(piece) = frame.into_data() {
                    return Ok(Some(piece));
                }
            }
        }
    }
}

/// Waits until JavaScript has room for another piece, so that a large answer stays on the network.
async fn hand_out(piece: Bytes, outlet: &Outlet<'_>) {
    if piece.is_empty() {
        return;
    }
    if let Ok(permit) = outlet.pieces.try_acquire() {
        permit.forget();
    } else {
        outlet.events.signal();
        if let Ok(permit) = outlet.pieces.acquire().await {
            permit.forget();
        }
    }
    outlet.events.push(outlet.id, Event::Chunk(piece));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(url: &str) -> Order {
        Order::new("GET", url, &["accept".into(), "a/b".into()], None, true).unwrap()
    }

    #[test]
    fn requests_say_which_host_they_are_for() {
        let made = order("https://a.b:8443/c?d=e");
        assert_eq!(
            (made.origin.host.as_str(), made.origin.port, made.origin.is_secure),
            ("a.b", 8443, true)
        );
        assert_eq!(made.request.uri(), "/c?d=e");
        assert_eq!(made.request.headers()["host"], "a.b:8443");
        assert_eq!(order("https://a.b:443").request.headers()["host"], "a.b");
        assert_eq!(order("http://u:p@[::1]:81/").request.headers()["host"], "[::1]:81");
        assert_eq!(order("http://[::1]").origin.host, "::1");
    }

    #[test]
    fn what_is_no_request_is_a_fault() {
        for url in ["", "/a", "https://", "https://a b/"] {
            assert!(Order::new("GET", url, &[], None, true).is_err(), "{url}");
        }
        assert!(Order::new("GET", "http://a", &["b".into(), "c\r\nd: e".into()], None, true).is_err());
    }
}
