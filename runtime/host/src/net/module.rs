//! `runtime:http` (runtime/http.d.ts): what JavaScript gets of this.

use super::{
    client::{Client, Origin},
    events::{Event, Events, lock},
    exchange::{Order, Outlet, PIECES_AHEAD, exchange},
    faults::Fault,
    names::Names,
    tunnel::Proxy,
};
use rquickjs::{
    Array, Ctx, Exception, Function, Result, TypedArray,
    function::Opt,
    module::{Declarations, Exports, ModuleDef},
};
use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, OnceLock},
};
use tokio::{
    runtime::{Builder, Handle},
    sync::Semaphore,
    task::AbortHandle,
};

/// Stack of the network's thread and of those that wait for the resolver, which is musl's and takes 30 KiB.
const STACK_BYTES: usize = 256 * 1024;

/// Names that are looked up at once.
const LOOK_UPS: usize = 4;

/// The network's thread and what belongs to it. Made when it is first used; lives as long as the process.
struct Network {
    handle: Handle,
    events: Events,
    names: Arc<Names>,
    clients: Mutex<Vec<Arc<Client>>>,
    running: Mutex<Running>,
}

#[derive(Default)]
struct Running {
    last: u32,
    requests: HashMap<u32, (AbortHandle, Arc<Semaphore>)>,
}

static NETWORK: OnceLock<Network> = OnceLock::new();

fn network(ctx: &Ctx) -> Result<&'static Network> {
    if let Some(network) = NETWORK.get() {
        return Ok(network);
    }
    let network =
        start().map_err(|error| Exception::throw_message(ctx, &format!("no thread for the network: {error}")))?;
    Ok(NETWORK.get_or_init(|| network))
}

fn start() -> io::Result<Network> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(LOOK_UPS)
        .thread_stack_size(STACK_BYTES)
        .build()?;
    let handle = runtime.handle().clone();
    std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
        leave_signals_to_engine();
        runtime.block_on(std::future::pending::<()>());
    })?;
    Ok(Network {
        handle,
        events: Events::new()?,
        names: Arc::default(),
        clients: Mutex::default(),
        running: Mutex::default(),
    })
}

/// Blocks the signals that the event loop waits for: they have to interrupt the engine's thread. Those of a crash are let in.
fn leave_signals_to_engine() {
    // SAFETY: the set is filled before it is used, and only this thread's mask changes.
    unsafe {
        let mut signals = std::mem::zeroed();
        libc::sigfillset(&mut signals);
        for of_crash in [
            libc::SIGSEGV,
            libc::SIGBUS,
            libc::SIGFPE,
            libc::SIGILL,
            libc::SIGABRT,
            libc::SIGSYS,
            libc::SIGTRAP,
        ] {
            libc::sigdelset(&mut signals, of_crash);
        }
        libc::pthread_sigmask(libc::SIG_BLOCK, &signals, std::ptr::null_mut());
    }
}

/// `proxy`: host, port, `https:` or `http:`, and credentials where there are any.
fn create_client(ctx: Ctx, ca: Option<String>, proxy: Option<Vec<String>>, is_private: bool) -> Result<usize> {
    let network = network(&ctx)?;
    let proxy = match proxy.as_deref() {
        None => None,
        Some([host, port, scheme, credentials @ ..]) => Some(Proxy {
            host: host.clone(),
            port: port
                .parse()
                .map_err(|_| Exception::throw_range(&ctx, "a port is expected"))?,
            is_secure: scheme == "https:",
            credentials: credentials.first().cloned(),
        }),
        Some(_) => return Err(Exception::throw_type(&ctx, "a proxy is expected")),
    };
    let client = Client::new(network.names.clone(), ca.as_deref(), is_private, proxy)
        .map_err(|error| Exception::throw_message(&ctx, &error.to_string()))?;
    let mut clients = lock(&network.clients);
    clients.push(Arc::new(client));
    Ok(clients.len() - 1)
}

fn client_of(ctx: &Ctx, network: &Network, client: usize) -> Result<Arc<Client>> {
    lock(&network.clients)
        .get(client)
        .cloned()
        .ok_or_else(|| Exception::throw_range(ctx, "no such client"))
}

fn send(
    ctx: Ctx,
    client: usize,
    method: String,
    url: String,
    headers: Vec<String>,
    body: Option<String>,
    is_kept: bool,
) -> Result<u32> {
    let network = network(&ctx)?;
    let client = client_of(&ctx, network, client)?;
    let pieces = Arc::new(Semaphore::new(PIECES_AHEAD));
    let room = pieces.clone();
    // Held until the request is entered, so that it cannot end before.
    let mut running = lock(&network.running);
    running.last = running.last.wrapping_add(1);
    let id = running.last;
    let task = network.handle.spawn(async move {
        let outlet = Outlet {
            id,
            events: &network.events,
            pieces: &room,
        };
        let outcome = match Order::new(&method, &url, &headers, body, is_kept) {
            Ok(order) => exchange(&client, order, &outlet).await,
            Err(fault) => Err(fault),
        };
        if lock(&network.running).requests.remove(&id).is_some() {
            network
                .events
                .push(id, outcome.map_or_else(Event::Fault, |()| Event::End));
            network.events.signal();
        }
    });
    running.requests.insert(id, (task.abort_handle(), pieces));
    Ok(id)
}

/// Ends a request, and forgets what came of it.
fn cancel(ctx: Ctx, id: u32) -> Result<()> {
    let network = network(&ctx)?;
    let found = lock(&network.running).requests.remove(&id);
    if let Some((task, _)) = found {
        task.abort();
    }
    network.events.forget(id);
    Ok(())
}

fn accept(ctx: Ctx, id: u32) -> Result<()> {
    if let Some((_, pieces)) = lock(&network(&ctx)?.running).requests.get(&id) {
        pieces.add_permits(1);
    }
    Ok(())
}

fn warm(ctx: Ctx, client: usize, host: String, port: u16) -> Result<()> {
    let network = network(&ctx)?;
    let client = client_of(&ctx, network, client)?;
    network.handle.spawn(async move {
        let host = client.host(Origin {
            is_secure: true,
            host,
            port,
        });
        client.warm(&host).await;
    });
    Ok(())
}

/// Looks a name up. The answer comes as that of a request.
fn look_up(ctx: Ctx, host: String) -> Result<u32> {
    let network = network(&ctx)?;
    // Held until the request is entered, so that it cannot end before.
    let mut running = lock(&network.running);
    running.last = running.last.wrapping_add(1);
    let id = running.last;
    let task = network.handle.spawn(async move {
        let outcome = network.names.look_up(&host).await;
        if lock(&network.running).requests.remove(&id).is_some() {
            network
                .events
                .push(id, outcome.map_or_else(Event::Fault, Event::Addresses));
            network.events.signal();
        }
    });
    running
        .requests
        .insert(id, (task.abort_handle(), Arc::new(Semaphore::new(0))));
    Ok(id)
}

fn take<'js>(ctx: Ctx<'js>) -> Result<Option<Array<'js>>> {
    let Some((id, event)) = network(&ctx)?.events.take() else {
        return Ok(None);
    };
    let told = Array::new(ctx.clone())?;
    told.set(0, id)?;
    match event {
        Event::Head(status, headers) => {
            let list = Array::new(ctx)?;
            for (index, (name, value)) in headers.iter().enumerate() {
                list.set(index * 2, name.as_str())?;
                list.set(index * 2 + 1, String::from_utf8_lossy(value.as_bytes()).as_ref())?;
            }
            told.set(1, "head")?;
            told.set(2, status)?;
            told.set(3, list)?;
        }
        Event::Chunk(bytes) => {
            told.set(1, "chunk")?;
            told.set(2, TypedArray::<u8>::new_copy(ctx, &bytes)?)?;
        }
        Event::Addresses(addresses) => {
            told.set(1, "addresses")?;
            told.set(
                2,
                addresses.iter().map(|address| address.to_string()).collect::<Vec<_>>(),
            )?;
        }
        Event::End => told.set(1, "end")?,
        Event::Fault(Fault(code)) => {
            told.set(1, "fault")?;
            told.set(2, code.as_ref())?;
        }
    }
    Ok(Some(told))
}

pub struct Http;

const NAMES: [&str; 9] = [
    "createClient",
    "send",
    "cancel",
    "accept",
    "warm",
    "lookUp",
    "descriptor",
    "settle",
    "take",
];

impl ModuleDef for Http {
    fn declare(declarations: &Declarations<'_>) -> Result<()> {
        NAMES.iter().try_for_each(|name| declarations.declare(*name).map(drop))
    }

    fn evaluate<'js>(ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
        let of = |ctx: &Ctx<'js>| ctx.clone();
        exports.export(
            "createClient",
            Function::new(
                of(ctx),
                |ctx: Ctx, ca: Opt<Option<String>>, proxy: Opt<Option<Vec<String>>>, is_private: Opt<bool>| {
                    create_client(ctx, ca.0.flatten(), proxy.0.flatten(), is_private.0.unwrap_or(false))
                },
            )?,
        )?;
        exports.export("send", Function::new(of(ctx), send)?)?;
        exports.export("cancel", Function::new(of(ctx), cancel)?)?;
        exports.export("accept", Function::new(of(ctx), accept)?)?;
        exports.export("lookUp", Function::new(of(ctx), look_up)?)?;
        exports.export("warm", Function::new(of(ctx), warm)?)?;
        exports.export(
            "descriptor",
            Function::new(of(ctx), |ctx: Ctx| {
                Ok::<_, rquickjs::Error>(network(&ctx)?.events.descriptor())
            })?,
        )?;
        exports.export(
            "settle",
            Function::new(of(ctx), |ctx: Ctx| {
                network(&ctx)?.events.settle();
                Ok::<_, rquickjs::Error>(())
            })?,
        )?;
        exports.export("take", Function::new(of(ctx), take)?)?;
        Ok(())
    }
}
