import ArgumentParser
@main struct Catalogizer: ParsableCommand {}
