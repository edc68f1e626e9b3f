package dev.framing.interop;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.lsp4j.Diagnostic;
import org.eclipse.lsp4j.DidChangeConfigurationParams;
import org.eclipse.lsp4j.DidChangeTextDocumentParams;
import org.eclipse.lsp4j.DidChangeWatchedFilesParams;
import org.eclipse.lsp4j.DidCloseTextDocumentParams;
import org.eclipse.lsp4j.DidOpenTextDocumentParams;
import org.eclipse.lsp4j.DidSaveTextDocumentParams;
import org.eclipse.lsp4j.Hover;
import org.eclipse.lsp4j.HoverParams;
import org.eclipse.lsp4j.InitializeParams;
import org.eclipse.lsp4j.InitializeResult;
import org.eclipse.lsp4j.MarkupContent;
import org.eclipse.lsp4j.MarkupKind;
import org.eclipse.lsp4j.Position;
import org.eclipse.lsp4j.PublishDiagnosticsParams;
import org.eclipse.lsp4j.Range;
import org.eclipse.lsp4j.ServerCapabilities;
import org.eclipse.lsp4j.TextDocumentSyncKind;
import org.eclipse.lsp4j.jsonrpc.Launcher;
import org.eclipse.lsp4j.launch.LSPLauncher;
import org.eclipse.lsp4j.services.LanguageClient;
import org.eclipse.lsp4j.services.LanguageServer;
import org.eclipse.lsp4j.services.TextDocumentService;
import org.eclipse.lsp4j.services.WorkspaceService;

/** A language server as one is written with lsp4j: each line of a document is a diagnostic, hovering shows the line. */
final class Lsp4jServer implements LanguageServer, TextDocumentService, WorkspaceService {
    private static final Logger LOG = Logger.getLogger("org.eclipse.lsp4j");

    static {
        LOG.setLevel(Level.OFF); // it is asked things on purpose that it does not know
    }

    private final Map<String, List<String>> documents = new ConcurrentHashMap<>();
    private final AutoCloseable ending;
    private LanguageClient client;

    private Lsp4jServer(AutoCloseable ending) {
        this.ending = ending;
    }

    /** Over its standard input and output. */
    public static void main(String[] args) throws Exception {
        new Lsp4jServer(() -> System.exit(0)).serve(System.in, System.out).get();
    }

    private Future<Void> serve(InputStream in, OutputStream out) {
        Launcher<LanguageClient> launcher = LSPLauncher.createServerLauncher(this, in, out);
        client = launcher.getRemoteProxy();
        return launcher.startListening();
    }

    /** One that listens on a free port of the loopback interface. */
    static final class Listening implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
        private final Thread thread = new Thread(this::accept, "lsp4j");

        Listening() throws IOException {
            thread.start();
        }

        InetSocketAddress address() {
            return (InetSocketAddress) server.getLocalSocketAddress();
        }

        private void accept() {
            try {
                while (true) {
                    Socket socket = server.accept();
                    socket.setTcpNoDelay(true); // it writes head and body one after the other
                    sockets.add(socket);
                    new Lsp4jServer(socket::shutdownOutput).serve(socket.getInputStream(), socket.getOutputStream());
                }
            } catch (IOException closed) {
                // by close()
            }
        }

        @Override
        public void close() throws Exception {
            server.close();
            thread.join();
            for (Socket socket : sockets) socket.close();
        }
    }

    @Override
    public CompletableFuture<InitializeResult> initialize(InitializeParams params) {
        ServerCapabilities can = new ServerCapabilities();
        can.setHoverProvider(true);
        can.setTextDocumentSync(TextDocumentSyncKind.Full);
        return CompletableFuture.completedFuture(new InitializeResult(can));
    }

    @Override
    public CompletableFuture<Object> shutdown() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void exit() {
        try {
            ending.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public TextDocumentService getTextDocumentService() {
        return this;
    }

    @Override
    public WorkspaceService getWorkspaceService() {
        return this;
    }

    @Override
    public void didOpen(DidOpenTextDocumentParams params) {
        String uri = params.getTextDocument().getUri();
        List<String> lines = params.getTextDocument().getText().lines().toList();
        documents.put(uri, lines);
        List<Diagnostic> all = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            Range range =
                    new Range(new Position(i, 0), new Position(i, lines.get(i).length()));
            all.add(new Diagnostic(range, lines.get(i)));
        }
        client.publishDiagnostics(new PublishDiagnosticsParams(uri, all));
    }

    @Override
    public CompletableFuture<Hover> hover(HoverParams params) {
        String line = documents
                .get(params.getTextDocument().getUri())
                .get(params.getPosition().getLine());
        return CompletableFuture.completedFuture(new Hover(new MarkupContent(MarkupKind.PLAINTEXT, line)));
    }

    @Override
    public void didChange(DidChangeTextDocumentParams params) {}

    @Override
    public void didClose(DidCloseTextDocumentParams params) {}

    @Override
    public void didSave(DidSaveTextDocumentParams params) {}

    @Override
    public void didChangeConfiguration(DidChangeConfigurationParams params) {}

    @Override
    public void didChangeWatchedFiles(DidChangeWatchedFilesParams params) {}
}
