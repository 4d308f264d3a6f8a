package main

import (
	"os"
	"syscall"
	"unsafe"
)

// What an attack plays with. Paths are below the volume, which is the working directory.
type scene struct {
	outside string
	payload string // the directory that `..data` leads to
	newest  string // what was made last at the top
}

// `strike` answers what undoes it, or nil when it could not.
type attack struct {
	prepare func(*scene) error
	strike  func(*scene) func()
	clean   func(*scene)
}

const decoy = "decoy"

var attacks = map[string]attack{
	// A link to a directory outside, in the place of the files' directory; of the newest entry at the top; of `..data`.
	"link":       exchanging(linkOutside, payloadOf),
	"link-new":   exchanging(linkOutside, func(s *scene) string { return s.newest }),
	"link-data":  exchanging(linkOutside, func(*scene) string { return "..data" }),
	"link-file":  exchanging(linkToFile, fileOf),
	"pipe":       exchanging(directoryWithPipe, payloadOf),
	"pipe-file":  exchanging(pipe, fileOf),
	"directory":  exchanging(directoryInsteadOfFile, fileOf),
	"hard-link":  {nothing, hardLink, clean},
	"rename":     {nothing, renameAway, clean},
	"rename-new": {nothing, renameNewest, clean},
	"mount":      {nothing, mountWithin, clean},
}

func payloadOf(s *scene) string { return s.payload }
func fileOf(s *scene) string    { return s.payload + "/kv" }
func nothing(*scene) error      { return nil }

func linkOutside(s *scene) error          { return os.Symlink(s.outside, decoy) }
func linkToFile(s *scene) error           { return os.Symlink(s.outside+"/kv", decoy) }
func pipe(*scene) error                   { return syscall.Mkfifo(decoy, 0o600) }
func directoryInsteadOfFile(*scene) error { return os.Mkdir(decoy, 0o700) }

func directoryWithPipe(*scene) error {
	if err := os.Mkdir(decoy, 0o755); err != nil {
		return err
	}
	return syscall.Mkfifo(decoy+"/kv", 0o600)
}

func exchanging(prepare func(*scene) error, victim func(*scene) string) attack {
	strike := func(s *scene) func() {
		name := victim(s)
		if exchange(decoy, name) != nil {
			return nil
		}
		return func() { _ = exchange(decoy, name) }
	}
	return attack{prepare, strike, clean}
}

func hardLink(s *scene) func() {
	if os.Link(fileOf(s), "second") != nil {
		return nil
	}
	return func() { _ = os.Remove("second") }
}

func renameAway(s *scene) func() {
	if os.Rename(s.payload, "moved") != nil {
		return nil
	}
	return func() { _ = os.Rename("moved", s.payload) }
}

func renameNewest(s *scene) func() {
	name := s.newest
	if os.Rename(name, "moved") != nil {
		return nil
	}
	return func() { _ = os.Rename("moved", name) }
}

// As a container of root's does whose mounts show on the node (mountPropagation: Bidirectional).
func mountWithin(s *scene) func() {
	if syscall.Mount(s.outside, s.payload, "", syscall.MS_BIND, "") != nil {
		return nil
	}
	return func() { _ = syscall.Unmount(s.payload, syscall.MNT_DETACH) }
}

func clean(*scene) {
	for _, name := range []string{decoy, "second", "moved"} {
		_ = os.RemoveAll(name)
	}
}

func exchange(one, other string) error {
	const renameExchange = 2 // renameat2(2)
	here := -100             // AT_FDCWD
	from, err := syscall.BytePtrFromString(one)
	if err != nil {
		return err
	}
	to, err := syscall.BytePtrFromString(other)
	if err != nil {
		return err
	}
	_, _, errno := syscall.Syscall6(renameat2, uintptr(here), uintptr(unsafe.Pointer(from)),
		uintptr(here), uintptr(unsafe.Pointer(to)), renameExchange, 0)
	if errno != 0 {
		return errno
	}
	return nil
}
