package dev.framing.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code --version} says. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {"framing " + (version == null ? "(not packaged)" : version), "Java " + Runtime.version()};
    }
}
