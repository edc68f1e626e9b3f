package dev.framing.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

/** The README is true: its Java compiles, is short, and what it points at is there. */
class ReadmeTest {
    private static final Path ROOT = Path.of("..");
    private static final int LONGEST_SNIPPET = 9;

    @TempDir
    Path classes;

    @Test
    void everySnippetCompilesAndIsShort() throws IOException {
        List<String> snippets = blocks("java");
        assertThat(snippets).hasSizeGreaterThanOrEqualTo(3);
        StringBuilder source = new StringBuilder("""
                import static java.nio.charset.StandardCharsets.UTF_8;
                import dev.framing.*;
                import dev.framing.codec.*;
                import dev.framing.netty.*;
                import dev.framing.nio.*;
                import dev.framing.protocol.*;
                import dev.framing.text.*;
                import io.netty.buffer.*;
                import io.netty.channel.ChannelPipeline;
                import java.io.*;
                import java.net.*;
                import java.nio.channels.*;
                import java.util.*;
                class Readme {
                """);
        for (String snippet : snippets) {
            assertThat(snippet.lines().count()).as(snippet).isLessThanOrEqualTo(LONGEST_SNIPPET);
            source.append("void snippet" + source.length()
                    + "(int port, byte[] query, InputStream in, ByteBuf bytes, List<String> messages,\n"
                    + "ChannelPipeline pipeline) throws Exception {\n"
                    + snippet + "}\n");
        }
        assertThat(compile(source.append('}').toString())).isEmpty();
    }

    @Test
    void whatItLinksToIsThere() throws IOException {
        Pattern.compile("\\]\\(([^):]+)\\)")
                .matcher(readme())
                .results()
                .map(m -> ROOT.resolve(m.group(1)))
                .forEach(path -> assertThat(path).exists());
    }

    @Test
    void everyCodecItNamesAsTextParses() throws IOException {
        List<String> texts = Pattern.compile("(?m)^\\|.*\\| *(`.*`)[^|`]*\\|$")
                .matcher(readme())
                .results()
                .map(MatchResult::group)
                .flatMap(row -> Pattern.compile("`([^`]+)`")
                        .matcher(row.substring(row.lastIndexOf('|', row.length() - 2)))
                        .results()
                        .map(m -> m.group(1)))
                .toList();
        assertThat(texts).hasSizeGreaterThan(8);
        assertThat(texts)
                .allSatisfy(
                        text -> assertThat(dev.framing.text.Codecs.parse(text).isValid())
                                .as(text)
                                .isTrue());
    }

    private static String readme() throws IOException {
        return Files.readString(ROOT.resolve("README.md"));
    }

    private static List<String> blocks(String language) throws IOException {
        return Pattern.compile("```" + language + "\\n(.*?)```", Pattern.DOTALL)
                .matcher(readme())
                .results()
                .map(m -> m.group(1))
                .toList();
    }

    private List<String> compile(String source) throws IOException {
        Path file = Files.writeString(classes.resolve("Readme.java"), source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> mistakes = new DiagnosticCollector<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(mistakes, null, null)) {
            List<String> options =
                    List.of("-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
            boolean done = compiler.getTask(null, files, mistakes, options, null, files.getJavaFileObjects(file))
                    .call();
            List<String> all = new ArrayList<>();
            mistakes.getDiagnostics().forEach(d -> all.add(d.toString()));
            assertThat(done).as("%s", all).isTrue();
            return all;
        }
    }
}
