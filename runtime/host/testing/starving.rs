//! The engine's memory, which can be made to end.

use rquickjs::allocator::{Allocator, RustAllocator};
use std::{cell::Cell, ptr::null_mut};

thread_local! {
    /// How many pieces are left; nothing for as many as there are.
    static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
    static HAS_STARVED: Cell<bool> = const { Cell::new(false) };
}

/// From now on there is memory for so many pieces.
pub fn starve_after(pieces: usize) {
    HAS_STARVED.set(false);
    LEFT.set(Some(pieces));
}

/// From now on there is memory. Returns whether there was none meanwhile.
pub fn feed() -> bool {
    LEFT.set(None);
    HAS_STARVED.get()
}

fn is_there_more() -> bool {
    match LEFT.get() {
        None => true,
        Some(0) => {
            HAS_STARVED.set(true);
            false
        }
        Some(left) => {
            LEFT.set(Some(left - 1));
            true
        }
    }
}

pub struct Starving(RustAllocator);

impl Starving {
    pub fn new() -> Self {
        Starving(RustAllocator)
    }
}

// SAFETY: each piece is the allocator's.
unsafe impl Allocator for Starving {
    fn alloc(&mut self, size: usize) -> *mut u8 {
        if is_there_more() {
            self.0.alloc(size)
        } else {
            null_mut()
        }
    }
    fn calloc(&mut self, count: usize, size: usize) -> *mut u8 {
        if is_there_more() {
            self.0.calloc(count, size)
        } else {
            null_mut()
        }
    }
    unsafe fn dealloc(&mut self, piece: *mut u8) {
        // SAFETY: the caller keeps the promises of this trait.
        unsafe { self.0.dealloc(piece) }
    }
    unsafe fn realloc(&mut self, piece: *mut u8, size: usize) -> *mut u8 {
        // SAFETY: the caller keeps the promises of this trait.
        if size == 0 || is_there_more() {
            unsafe { self.0.realloc(piece, size) }
        } else {
            null_mut()
        }
    }
    unsafe fn usable_size(piece: *mut u8) -> usize {
        // SAFETY: the caller keeps the promises of this trait.
        unsafe { RustAllocator::usable_size(piece) }
    }
}
