//! `runtime:system`: system calls as they are (runtime/system.d.ts). Nothing waits but `poll`.

pub mod arguments;
mod directories;
mod errors;
mod files;
mod links;
mod mounts;
pub mod outcome;
pub mod process;
mod signals;
mod sockets;
mod stats;
mod text;
mod waiting;

use crate::{clock, jobs, native::native_module};
use rquickjs::{Ctx, Object, Result, module::Exports, qjs};

native_module! {
    /// See runtime/system.d.ts.
    System with "name", "args", "environment", "pid", "openFlags" by values;

    "executable" = process::executable;
    "effectiveUser" = process::effective_user;
    "umask" = process::umask;
    "processors" = process::processors;
    "setName" = process::set_name;
    "exit" = process::exit;
    "now" = clock::now;
    "random" = process::random;
    "errnoName" = errors::name;

    "open" = files::open;
    "close" = files::close;
    "read" = files::read;
    "write" = files::write;
    "readFile" = files::read_whole;
    "unlink" = files::unlink;
    "rename" = files::rename;
    "chmod" = files::chmod;
    "fchmod" = files::fchmod;
    "chown" = files::chown;
    "lchown" = files::lchown;
    "fchown" = files::fchown;
    "clearFlags" = files::clear_flags;
    "ftruncate" = files::truncate;

    "stat" = stats::stat;
    "lstat" = stats::lstat;
    "fstat" = stats::fstat;
    "statfs" = stats::statfs;

    "readDirectory" = directories::read;
    "readNames" = directories::read_names;
    "makeDirectory" = directories::make;
    "removeDirectory" = directories::remove;

    "readLink" = links::read;
    "realPath" = links::real_path;
    "symlink" = links::make;

    "mount" = mounts::mount;
    "umount" = mounts::umount;

    "connect" = sockets::connect;
    "shutdown" = sockets::shutdown;
    "socketError" = sockets::error;
    "poll" = waiting::poll;
    "watchSignal" = signals::watch;
    "takeSignal" = signals::take;

    "encodeUtf8" = text::encode;
    "decodeUtf8" = text::decode;

    "runLoop" = jobs::run_loop;
    "onUnhandledRejection" = jobs::on_unhandled_rejection;
}

fn values<'js>(ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
    exports.export("name", process::program_name())?;
    exports.export("args", frozen(process::arguments(ctx)?.into_object())?)?;
    exports.export("environment", frozen(process::environment(ctx)?)?)?;
    exports.export("pid", std::process::id())?;
    exports.export("openFlags", frozen(files::open_flags(ctx)?)?)?;
    Ok(())
}

fn frozen<'js>(object: Object<'js>) -> Result<Object<'js>> {
    // SAFETY: the object is one of this context.
    match unsafe { qjs::JS_FreezeObject(object.ctx().as_raw().as_ptr(), object.as_raw()) } {
        0.. => Ok(object),
        _ => Err(rquickjs::Error::Exception),
    }
}
