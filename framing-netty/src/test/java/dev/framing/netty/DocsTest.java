package dev.framing.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java in docs/netty.md compiles, the configurations in it can be built, and the headings it points at are there. */
class DocsTest {
    @TempDir
    Path classes;

    private static String page() throws IOException {
        return Files.readString(Path.of("..", "docs", "netty.md"));
    }

    @Test
    void everySnippetCompilesAndRuns() throws Exception {
        List<String> snippets = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL)
                .matcher(page())
                .results()
                .map(m -> m.group(1))
                .toList();
        assertThat(snippets).hasSizeGreaterThan(5);
        StringBuilder source = new StringBuilder("""
                import static dev.framing.codec.LengthPrefixed.Counts.*;
                import dev.framing.*;
                import dev.framing.codec.*;
                import dev.framing.netty.*;
                import io.netty.channel.*;
                import io.netty.channel.embedded.*;
                public class Page implements Runnable {
                class MyHandler extends ChannelInboundHandlerAdapter {}
                public void run() {
                """);
        for (String snippet : snippets)
            source.append("{ Channel channel = new EmbeddedChannel();\n")
                    .append(snippet)
                    .append("}\n");
        compile(source.append("}}").toString());
        try (var loader = new java.net.URLClassLoader(
                new java.net.URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
            ((Runnable) loader.loadClass("Page").getConstructor().newInstance()).run();
        }
    }

    @Test
    void whatItPointsAtIsThere() throws IOException {
        List<String> headings = Pattern.compile("(?m)^#+ (.*)$")
                .matcher(page())
                .results()
                .map(m -> "#" + m.group(1).toLowerCase(java.util.Locale.ROOT))
                .toList();
        assertThat(Pattern.compile("\\]\\((#[^)]+)\\)")
                        .matcher(page())
                        .results()
                        .map((MatchResult m) -> m.group(1)))
                .isSubsetOf(headings);
    }

    private void compile(String source) throws IOException {
        Path file = Files.writeString(classes.resolve("Page.java"), source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> mistakes = new DiagnosticCollector<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(mistakes, null, null)) {
            List<String> options =
                    List.of("-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
            boolean done = compiler.getTask(null, files, mistakes, options, null, files.getJavaFileObjects(file))
                    .call();
            assertThat(done).as("%s", mistakes.getDiagnostics()).isTrue();
        }
    }
}
