package dev.framing.netty;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** A transport knows the contract of the codecs and none of their formats. */
@AnalyzeClasses(packages = "dev.framing.netty", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule transportsKnowNoFormat = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.framing.codec..", "dev.framing.protocol..", "dev.framing.text..", "dev.framing.scan..");
}
