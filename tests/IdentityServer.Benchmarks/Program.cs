using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using IdentityServer.Benchmarks;
using IdentityServer.Benchmarks.Load;
using IdentityServer.Benchmarks.People;

const string Help = """
    Measures the server. Run it in Release: dotnet run -c Release --project tests/IdentityServer.Benchmarks -- <command>

      startup                 From the start of the process to its first answer, with an empty data folder and a used one.
      load                    Calls per second of the endpoints, with the server and the callers on one processor core each.
          --connections=32    How many callers at once.
          --seconds=5         How long each endpoint is measured.
          --only=refresh      Only those whose name contains this.
      people                  Import of 100,000 people, and search by e-mail prefix among 1,000,000.
      registrations           New people per second, without passwords to hash: by a form, and by the management API.
      timing                  Whether answers tell by their time that there is an account: for each way to ask, 200 times for one that
                              exists and 200 times for one that does not, taking turns.
      micro [filter]          Small parts alone, with BenchmarkDotNet.
      help                    Shows this text.

    load, people and registrations measure SQLite, and PostgreSQL as well where the environment variable IDENTITYSERVER_TEST_POSTGRES holds the
    connection string of somebody who may create databases.
    """;

switch (args)
{
    case ["startup"]:
        return await StartupTime.RunAsync();
    case ["load", .. var options] when LoadOptions.TryParse(options, out var load):
        return await LoadTest.RunAsync(load, args);
    case ["people"]:
        return await PeopleBenchmark.RunAsync();
    case ["registrations"]:
        return await RegistrationBenchmark.RunAsync();
    case ["timing"]:
        return await AnswerTimes.RunAsync();
    case ["micro", .. var rest]:
        // In this process: the generated project of the default would need the package source.
        var inProcess = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
        BenchmarkSwitcher.FromAssembly(typeof(StartupTime).Assembly).Run(["--filter", .. rest is [] ? ["*"] : rest], inProcess);
        return 0;
    case [] or ["help"] or ["--help"]:
        Console.WriteLine(Help);
        return 0;
    default:
        Console.Error.WriteLine(Help);
        return 2;
}
