package dev.framing;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * The arrows between the packages of the core, and what none of them may know.
 * <pre>
 *   text ---> protocol ---> codec ---> dev.framing
 *      |                    ^   |
 *      '--------------------'   '----> scan
 * </pre>
 * An arrow to {@code dev.framing} stands for all of them but {@code scan}.
 */
@AnalyzeClasses(packages = "dev.framing", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String CONTRACT = "dev.framing";
    private static final String CODEC = "dev.framing.codec..";
    private static final String PROTOCOL = "dev.framing.protocol..";
    private static final String TEXT = "dev.framing.text..";
    private static final String SCAN = "dev.framing.scan..";

    @ArchTest
    static final ArchRule contractKnowsNoFormat = neverDepends(CONTRACT, CODEC, PROTOCOL, TEXT, SCAN);

    @ArchTest
    static final ArchRule codecKnowsContractAndSearch = neverDepends(CODEC, PROTOCOL, TEXT);

    @ArchTest
    static final ArchRule protocolIsMadeOfCodecs = neverDepends(PROTOCOL, TEXT, SCAN);

    @ArchTest
    static final ArchRule textNamesCodecsAndProtocols = neverDepends(TEXT, SCAN);

    @ArchTest
    static final ArchRule searchKnowsNobody = neverDepends(SCAN, CONTRACT, CODEC, PROTOCOL, TEXT);

    @ArchTest
    static final ArchRule everyPackageIsNamedHere = classes()
            .should()
            .resideInAnyPackage(CONTRACT, CODEC, PROTOCOL, TEXT, SCAN)
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule noTransportAndNoLogger = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.net..", "java.nio.channels..", "io.netty.channel..", "java.util.logging..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule noThreadOfItsOwn = noClasses()
            .should()
            .callConstructorWhere(target(owner(assignableTo(Thread.class))))
            .allowEmptyShould(true);

    private static ArchRule neverDepends(String origin, String... targets) {
        return noClasses()
                .that()
                .resideInAPackage(origin)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(targets)
                .allowEmptyShould(true);
    }
}
