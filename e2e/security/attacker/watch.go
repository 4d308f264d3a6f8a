package main

import (
	"strings"
	"syscall"
	"unsafe"
)

// Whatever others do to a file or directory, but for renames, which the attacks themselves do.
const mask = syscall.IN_OPEN | syscall.IN_ACCESS | syscall.IN_MODIFY | syscall.IN_ATTRIB | syscall.IN_CREATE |
	syscall.IN_DELETE | syscall.IN_CLOSE_WRITE | syscall.IN_CLOSE_NOWRITE

type watch struct {
	descriptor int
	buffer     [65536]byte
}

func newWatch() *watch {
	descriptor, err := syscall.InotifyInit1(syscall.IN_CLOEXEC)
	check(err)
	return &watch{descriptor: descriptor}
}

// What is not there is not watched.
func (w *watch) add(path string) {
	_, _ = syscall.InotifyAddWatch(w.descriptor, path, mask|syscall.IN_DONT_FOLLOW)
}

// Calls `event` for each one that has come, with the name of what was just made at the top; new directories are watched too.
func (w *watch) read(event func(made string)) {
	length, err := syscall.Read(w.descriptor, w.buffer[:])
	if err == syscall.EINTR {
		return
	}
	check(err)
	for at := 0; at+syscall.SizeofInotifyEvent <= length; {
		header := (*syscall.InotifyEvent)(unsafe.Pointer(&w.buffer[at]))
		at += syscall.SizeofInotifyEvent
		name := strings.TrimRight(string(w.buffer[at:at+int(header.Len)]), "\x00")
		at += int(header.Len)
		made := ""
		if header.Mask&syscall.IN_CREATE != 0 && strings.HasPrefix(name, "..") {
			made = name
			if header.Mask&syscall.IN_ISDIR != 0 {
				w.add(name)
			}
		}
		event(made)
	}
}
