//! Connections to hosts: kept, reused, and not more than a few to each.

use super::{
    dial::dial,
    events::lock,
    faults::Fault,
    names::Names,
    trust::tls_config,
    tunnel::{Proxy, through},
};
use http_body_util::Full;
use hyper::{
    body::Bytes,
    client::conn::http1::{Builder, SendRequest},
};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, pki_types::ServerName};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::Semaphore,
};
use tokio_rustls::TlsConnector;

/// Connections to one host at once. Further requests wait for one of them, which costs less than another handshake.
const CONNECTIONS: usize = 16;

/// Bytes of an answer that are read at once; its head has to fit in.
const BUFFER_BYTES: usize = 64 * 1024;

pub trait Bytewise: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Bytewise for T {}
pub type Stream = Box<dyn Bytewise>;

/// An open connection, and whether an answer came on it before.
pub struct Connection {
    pub sender: SendRequest<Full<Bytes>>,
    pub was_used: bool,
}

/// A scheme, a name or an address (an IPv6 one without brackets), and a port.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    pub is_secure: bool,
    pub host: String,
    pub port: u16,
}

/// What goes one way out of the node and trusts the same authorities.
pub struct Client {
    names: Arc<Names>,
    tls: Arc<ClientConfig>,
    proxy: Option<Proxy>,
    hosts: Mutex<HashMap<Origin, Arc<Host>>>,
}

/// A host's connections that nobody uses now, and the room for others.
pub struct Host {
    origin: Origin,
    idle: Mutex<Vec<Connection>>,
    pub room: Semaphore,
    /// Held while a first connection is made before there is a request.
    warming: tokio::sync::Mutex<()>,
}

impl Client {
    /// `ca`: PEM of authorities, of those alone if `is_private`, else of further ones. Fails only where the TLS library
    /// cannot be set up: also without any authority.
    pub fn new(
        names: Arc<Names>,
        ca: Option<&str>,
        is_private: bool,
        proxy: Option<Proxy>,
    ) -> Result<Self, rustls::Error> {
        Ok(Client {
            names,
            tls: Arc::new(tls_config(ca, is_private)?),
            proxy,
            hosts: Mutex::default(),
        })
    }

    pub fn host(&self, origin: Origin) -> Arc<Host> {
        let new = |origin: &Origin| {
            Arc::new(Host {
                origin: origin.clone(),
                idle: Mutex::default(),
                room: Semaphore::new(CONNECTIONS),
                warming: tokio::sync::Mutex::default(),
            })
        };
        lock(&self.hosts).entry(origin).or_insert_with_key(new).clone()
    }

    /// Connects to a host that will be asked soon. A failure is left to the request, which meets it again.
    pub async fn warm(&self, host: &Host) {
        let Ok(_held) = host.warming.try_lock() else { return };
        if lock(&host.idle).is_empty()
            && let Ok(connection) = self.connect(&host.origin).await
        {
            host.keep(connection);
        }
    }

    /// Returns a connection that is ready, and whether it was open before.
    pub async fn connection(&self, host: &Host) -> Result<(Connection, bool), Fault> {
        if lock(&host.idle).is_empty() {
            // Waits for a connection that is being made; one look at the queue is enough otherwise.
            drop(host.warming.lock().await);
        }
        while let Some(mut connection) = host.take() {
            if connection.sender.ready().await.is_ok() {
                return Ok((connection, true));
            }
        }
        Ok((self.connect(&host.origin).await?, false))
    }

    /// Returns a connection that nothing was sent on yet.
    pub async fn connect(&self, origin: &Origin) -> Result<Connection, Fault> {
        let stream = self.reach(origin).await?;
        let (sender, driver) = Builder::new()
            .max_buf_size(BUFFER_BYTES)
            .handshake(TokioIo::new(stream))
            .await?;
        // Requests learn of its failure by their own. It ends with the connection.
        tokio::spawn(driver);
        Ok(Connection {
            sender,
            was_used: false,
        })
    }

    async fn reach(&self, origin: &Origin) -> Result<Stream, Fault> {
        let Origin { is_secure, host, port } = origin;
        let stream: Stream = match &self.proxy {
            None => Box::new(self.open(host, *port).await?),
            Some(proxy) => {
                let opened: Stream = Box::new(self.open(&proxy.host, proxy.port).await.map_err(Fault::of_proxy)?);
                let authority = if host.contains(':') {
                    format!("[{host}]:{port}")
                } else {
                    format!("{host}:{port}")
                };
                through(opened, proxy, &self.tls, &authority).await?
            }
        };
        if !is_secure {
            return Ok(stream);
        }
        let name = ServerName::try_from(host.clone()).map_err(|_| Fault::of("ENOTFOUND"))?;
        Ok(Box::new(
            TlsConnector::from(self.tls.clone()).connect(name, stream).await?,
        ))
    }

    async fn open(&self, host: &str, port: u16) -> Result<tokio::net::TcpStream, Fault> {
        Ok(dial(&self.names.look_up(host).await?, port).await?)
    }
}

impl Host {
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The connection that was used last: the server has had the least time to close it.
    fn take(&self) -> Option<Connection> {
        lock(&self.idle).pop()
    }

    /// Keeps a connection on which nothing is under way.
    pub fn keep(&self, connection: Connection) {
        if !connection.sender.is_closed() {
            lock(&self.idle).push(connection);
        }
    }
}
