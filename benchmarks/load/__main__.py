from benchmarks.load.measure import main

main()
