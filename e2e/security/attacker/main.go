// A container's program that attacks whoever works on its volume. It runs in the volume as user 1000 without capabilities,
// watches what is opened there, and at one event puts something else in the place of a file or directory.
//
//	attacker <attack> <outside> <event> <hold>
//
//	attack   one of attacks.go, or one of prepare.go, which makes its files and ends
//	outside  a directory with a file `kv`, which a link leads to
//	event    the event, counted from 1, at which it strikes; 0 counts the events only
//	hold     so many events later it undoes what it did; 0 when its standard input ends
//
// It says `ready` when it watches. At the end of its standard input it undoes what it did and says how many events it saw
// and whether it struck, as JSON.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
)

const user = 1000

func main() {
	if len(os.Args) != 5 {
		fail(fmt.Errorf("usage: attacker <attack> <outside> <event> <hold>"))
	}
	name, outside := os.Args[1], os.Args[2]
	strikeAt, hold := number(os.Args[3]), number(os.Args[4])
	if name != "mount" {
		dropRights()
	}
	if make, ok := preparations[name]; ok {
		check(make(strikeAt))
		return
	}
	attack, ok := attacks[name]
	if !ok {
		fail(fmt.Errorf("no attack %s", name))
	}
	run(&attacker{attack: attack, outside: outside, strikeAt: strikeAt, hold: hold})
}

// Dropping the user of a process of root's takes its capabilities too (capabilities(7)).
func dropRights() {
	check(syscall.Setgroups(nil))
	check(syscall.Setgid(user))
	check(syscall.Setuid(user))
}

type attacker struct {
	attack        attack
	outside       string
	strikeAt      int
	hold          int
	mutex         sync.Mutex
	scene         scene
	events        int
	struck, ended bool
	undo          func()
}

func run(a *attacker) {
	payload, err := os.Readlink("..data")
	check(err)
	a.scene = scene{outside: a.outside, payload: payload, newest: payload}
	check(a.attack.prepare(&a.scene))
	watched := newWatch()
	watched.add(".")
	watched.add(payload)
	watched.add(payload + "/kv")
	fmt.Println("ready")
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		a.end()
	}()
	runtime.LockOSThread()
	for {
		watched.read(a.event)
	}
}

// The lock is held while it works, so that it ends with everything as it was.
func (a *attacker) event(made string) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.ended {
		return
	}
	if made != "" {
		a.scene.newest = made
	}
	a.events++
	if a.events == a.strikeAt {
		a.undo = a.attack.strike(&a.scene)
		a.struck = a.undo != nil
	} else if a.hold > 0 && a.events == a.strikeAt+a.hold && a.undo != nil {
		a.undo()
		a.undo = nil
	}
}

func (a *attacker) end() {
	a.mutex.Lock()
	a.ended = true
	if a.undo != nil {
		a.undo()
	}
	a.attack.clean(&a.scene)
	report, err := json.Marshal(map[string]any{"events": a.events, "struck": a.struck})
	check(err)
	fmt.Println(string(report))
	os.Exit(0)
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "attacker:", err)
	os.Exit(1)
}
