import java.io.FileInputStream;
import java.security.KeyStore;
import java.util.Collections;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * A TLS server and a client in one JVM: both have the key store, both trust what the trust store has, and each wants
 * the other's certificate. Arguments: key store, trust store, password of both. Prints what the trust store holds, then
 * the subject that the client saw.
 */
class Handshake {
    public static void main(String[] args) throws Exception {
        char[] password = args[2].toCharArray();
        KeyStore keys = load(args[0], password);
        KeyStore trusted = load(args[1], password);
        System.out.println(Collections.list(trusted.aliases()).stream().filter(alias -> entry(trusted, alias)).count());
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("PKIX");
        keyManagers.init(keys, password);
        TrustManagerFactory trustManagers = TrustManagerFactory.getInstance("PKIX");
        trustManagers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
        try (SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0)) {
            server.setNeedClientAuth(true);
            Thread serving = new Thread(() -> answer(server));
            serving.start();
            try (SSLSocket client =
                    (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.getLocalPort())) {
                client.getOutputStream().write(1);
                if (client.getInputStream().read() != 2) throw new IllegalStateException("no answer");
                System.out.println(client.getSession().getPeerPrincipal());
            }
            serving.join();
        }
    }

    private static KeyStore load(String path, char[] password) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (FileInputStream file = new FileInputStream(path)) {
            store.load(file, password);
        }
        return store;
    }

    private static boolean entry(KeyStore store, String alias) {
        try {
            return store.isCertificateEntry(alias);
        } catch (Exception fault) {
            throw new IllegalStateException(fault);
        }
    }

    private static void answer(SSLServerSocket server) {
        try (SSLSocket socket = (SSLSocket) server.accept()) {
            if (socket.getInputStream().read() == 1) socket.getOutputStream().write(2);
        } catch (Exception fault) {
            throw new IllegalStateException(fault);
        }
    }
}
