//! The event loop's turns, promises' jobs between them, and rejections that nobody handles.

use rquickjs::{Coerced, Ctx, Error, Exception, Function, Persistent, Result, Value, qjs};
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    ptr::null_mut,
};

struct Rejection {
    promise: Persistent<Value<'static>>,
    reason: Persistent<Value<'static>>,
}

thread_local! {
    static REJECTIONS: RefCell<VecDeque<Rejection>> = const { RefCell::new(VecDeque::new()) };
    static HANDLER: RefCell<Option<Persistent<Function<'static>>>> = const { RefCell::new(None) };
    static IS_RUNNING: Cell<bool> = const { Cell::new(false) };
}

/// Notes a rejected promise without a handler, or that it got one after all (HostPromiseRejectionTracker).
pub fn note_rejection<'js>(ctx: Ctx<'js>, promise: Value<'js>, reason: Value<'js>, is_handled: bool) {
    REJECTIONS.with_borrow_mut(|list| {
        let same = |known: &Rejection| known.promise.clone().restore(&ctx).is_ok_and(|known| known == promise);
        match list.iter().position(same) {
            Some(at) if is_handled => _ = list.remove(at),
            None if !is_handled => list.push_back(Rejection {
                promise: Persistent::save(&ctx, promise),
                reason: Persistent::save(&ctx, reason),
            }),
            _ => {}
        }
    });
}

/// Sets who is told of rejections that nobody handles, and of what a job or a turn throws.
pub fn on_unhandled_rejection<'js>(ctx: Ctx<'js>, handler: Function<'js>) {
    HANDLER.set(Some(Persistent::save(&ctx, handler)));
}

/// Runs jobs, reports rejections, and takes a turn, until `turn` answers a falsy value or the handler throws.
pub fn run_loop<'js>(ctx: Ctx<'js>, turn: Function<'js>) -> Result<()> {
    if IS_RUNNING.replace(true) {
        return Err(Exception::throw_type(&ctx, "the loop is running"));
    }
    let end = run(&ctx, &turn);
    IS_RUNNING.set(false);
    end
}

fn run<'js>(ctx: &Ctx<'js>, turn: &Function<'js>) -> Result<()> {
    loop {
        settle(ctx)?;
        match turn.call::<_, Coerced<bool>>(()) {
            Ok(Coerced(true)) => {}
            Ok(Coerced(false)) => return Ok(()),
            Err(error) => report_error(ctx, error)?,
        }
    }
}

/// A handler can leave jobs, and jobs can leave rejections.
fn settle(ctx: &Ctx<'_>) -> Result<()> {
    loop {
        while run_job(ctx)? {}
        let Some(rejection) = REJECTIONS.with_borrow_mut(VecDeque::pop_front) else {
            return Ok(());
        };
        report(ctx, rejection.reason.restore(ctx)?)?;
        while let Some(rejection) = REJECTIONS.with_borrow_mut(VecDeque::pop_front) {
            report(ctx, rejection.reason.restore(ctx)?)?;
        }
    }
}

/// Returns whether there was a job. rquickjs's own function forgets what a job throws.
fn run_job(ctx: &Ctx<'_>) -> Result<bool> {
    let mut of_job = null_mut();
    // SAFETY: the context is alive, and the program has no other one, so what a job throws is pending in it.
    let done = unsafe { qjs::JS_ExecutePendingJob(qjs::JS_GetRuntime(ctx.as_raw().as_ptr()), &mut of_job) };
    if done < 0 {
        report_error(ctx, Error::Exception)?;
    }
    Ok(done != 0)
}

fn report_error<'js>(ctx: &Ctx<'js>, error: Error) -> Result<()> {
    let reason = if error.is_exception() {
        ctx.catch()
    } else {
        return Err(error);
    };
    report(ctx, reason)
}

/// Calls the handler; without one the reason is thrown on.
fn report<'js>(ctx: &Ctx<'js>, reason: Value<'js>) -> Result<()> {
    match HANDLER.with_borrow(Clone::clone) {
        Some(handler) => handler.restore(ctx)?.call((reason,)),
        None => Err(ctx.throw(reason)),
    }
}
