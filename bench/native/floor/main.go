// The floor: what a mount costs a native program that does the bare minimum. It is called as the driver is,
//
//	floor mount <directory> <options as JSON>
//
// for a volume in stand-alone mode, and makes the same two exchanges over TLS: a token, the vault's
// connection being opened meanwhile, then all objects at once. It writes the values to a tmpfs and shows that at the
// directory. It checks no option, retries nothing, and makes no PEM of a key and no DER of a certificate.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
)

func main() {
	directory, options := os.Args[2], map[string]string{}
	check(json.Unmarshal([]byte(os.Args[3]), &options))
	client, vault := connect(options["keyvaultname"] + ".vault.azure.net")
	token := tokenOf(client, options)
	<-vault

	var asked sync.WaitGroup
	names := strings.Split(options["keyvaultobjectnames"], ";")
	types := strings.Split(options["keyvaultobjecttypes"], ";")
	values := make([]string, len(names))
	for i, name := range names {
		asked.Go(func() { values[i] = object(client, options["keyvaultname"], types[i], name, token) })
	}
	asked.Wait()

	check(syscall.Mount("floor", directory, "tmpfs", syscall.MS_NOSUID|syscall.MS_NODEV|syscall.MS_NOEXEC, "size=4m,mode=0755"))
	for i, name := range names {
		check(os.WriteFile(filepath.Join(directory, name), []byte(values[i]), 0o644))
	}
	check(syscall.Mount("", directory, "", syscall.MS_REMOUNT|syscall.MS_RDONLY|syscall.MS_NOSUID|syscall.MS_NODEV|syscall.MS_NOEXEC, "size=4m"))
	fmt.Println(`{"status":"Success"}`)
}

// connect makes a client that trusts the node configuration's authority, and opens a connection to the vault; the
// channel says when that one is open.
func connect(vaultHost string) (*http.Client, chan struct{}) {
	var config struct{ CaBundle string }
	content, err := os.ReadFile(filepath.Join(filepath.Dir(os.Args[0]), ".config.json"))
	check(err)
	check(json.Unmarshal(content, &config))
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM([]byte(config.CaBundle))
	dialer := &tls.Dialer{Config: &tls.Config{RootCAs: authorities}}

	opened, ready := make(chan net.Conn, 1), make(chan struct{})
	go func() {
		if connection, err := dialer.Dial("tcp", vaultHost+":443"); err == nil {
			opened <- connection
		}
		close(ready)
	}()
	transport := &http.Transport{MaxIdleConnsPerHost: 100, DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if strings.HasPrefix(address, vaultHost) {
			select {
			case connection := <-opened:
				return connection, nil
			default:
			}
		}
		return dialer.DialContext(ctx, network, address)
	}}
	return &http.Client{Transport: transport}, ready
}

func tokenOf(client *http.Client, options map[string]string) string {
	form := url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {decoded(options["kubernetes.io/secret/clientid"])},
		"client_secret": {decoded(options["kubernetes.io/secret/clientsecret"])},
		"scope":         {"https://vault.azure.net/.default"},
	}
	response, err := client.PostForm("https://login.microsoftonline.com/"+options["tenantid"]+"/oauth2/v2.0/token", form)
	check(err)
	return field(response, "access_token")
}

var objects = map[string]struct{ path, value string }{
	"secret": {"secrets", "value"}, "key": {"keys", "key"}, "cert": {"certificates", "cer"},
}

func object(client *http.Client, vault, kind, name, token string) string {
	address := "https://" + vault + ".vault.azure.net/" + objects[kind].path + "/" + name + "?api-version=7.6"
	request, err := http.NewRequest("GET", address, nil)
	check(err)
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := client.Do(request)
	check(err)
	return field(response, objects[kind].value)
}

func field(response *http.Response, name string) string {
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	check(err)
	fields := map[string]json.RawMessage{}
	check(json.Unmarshal(body, &fields))
	if fields[name] == nil {
		check(fmt.Errorf("HTTP %d without %s", response.StatusCode, name))
	}
	text := ""
	if json.Unmarshal(fields[name], &text) != nil {
		text = string(fields[name]) // a key, which is an object
	}
	return text
}

func decoded(text string) string {
	bytes, err := base64.StdEncoding.DecodeString(text)
	check(err)
	return string(bytes)
}

func check(err error) {
	if err != nil {
		fmt.Printf("{\"status\":\"Failure\",\"message\":%q}\n", err.Error())
		os.Exit(0)
	}
}
