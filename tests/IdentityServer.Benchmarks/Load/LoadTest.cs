using System.Diagnostics;
using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Benchmarks.Load;

/// <summary>
/// Starts the server as a process of its own, on one processor core, and calls it from another: rates per core can be compared with
/// each other and with a bare program's.
/// </summary>
internal static class LoadTest
{
    private const string PinnedMark = "IDENTITYSERVER_BENCH_PINNED";
    private const string SessionCookie = "session";
    private const int Browsers = 8;
    private const int ServerCore = 0;
    private const int CallersCore = 1;

    // .NET compiles what runs often a second time, in the background; until then all is several times slower.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(LoadOptions options, string[] args)
    {
        if (Environment.GetEnvironmentVariable(PinnedMark) is null && CanPin())
        {
            return await RunPinnedAsync(args);
        }

        await MeasureAsync("SQLite, synchronous=FULL", [], options);
        if (LoadDatabase.IsThere)
        {
            await using var database = await LoadDatabase.CreateAsync();
            await MeasureAsync("PostgreSQL", ["Database:Provider=postgres", "Database:ConnectionString=" + database.ConnectionString], options);
        }

        return 0;
    }

    private static async Task MeasureAsync(string database, string[] settings, LoadOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("identityserver-bench-").FullName;
        try
        {
            settings = [.. settings, "Kickstart=" + Seed.WriteKickstart(folder)];
            var pinned = Environment.GetEnvironmentVariable(PinnedMark) is not null;
            await using var server = await ServerProcess.StartAsync(folder, settings, pinned ? ServerCore : null);
            await server.WaitUntilReadyAsync();
            var cookies = new List<string>();
            while (cookies.Count < Browsers)
            {
                cookies.Add(await SignInAsync(server));
            }

            var scenarios = Scenario.All.Where(scenario => scenario.Name.Contains(options.Only, StringComparison.OrdinalIgnoreCase)).ToList();
            foreach (var scenario in scenarios)
            {
                await Measurement.RunAsync(scenario, server, cookies, options.Connections, WarmUp);
            }

            await Task.Delay(Pause);
            Console.WriteLine($"\n{database}; {options.Connections} connections; {(pinned ? "server and callers on one core each" : "cores shared")}\n");
            Console.WriteLine(Measurement.Header);
            foreach (var scenario in scenarios)
            {
                Console.WriteLine(await Measurement.RunAsync(scenario, server, cookies, options.Connections, TimeSpan.FromSeconds(options.Seconds)));
            }

            Console.WriteLine($"\nThe server holds {server.Memory / 1024 / 1024} MB afterwards.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Through the page, as a person does it.
    private static async Task<string> SignInAsync(ServerProcess server)
    {
        var cookies = new CookieContainer();
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = cookies }) { BaseAddress = server.Address };
        var page = new HtmlParser().ParseDocument(await browser.GetStringAsync(new Uri(Scenario.AuthorizeUrl(Seed.EcdsaClient, "openid"), UriKind.Relative)));
        var form = page.QuerySelector<IHtmlFormElement>("form[method=post]")!;
        var fields = form.QuerySelectorAll<IHtmlInputElement>("input[type=hidden]").ToDictionary(input => input.Name!, input => input.Value);
        fields["loginId"] = Seed.Email;
        fields["password"] = Seed.Password;
        using var content = new FormUrlEncodedContent(fields);
        using var answer = await browser.PostAsync(new Uri(form.GetAttribute("action")!, UriKind.Relative), content);
        var session = cookies.GetCookies(server.Address)[SessionCookie]?.Value;
        return $"{SessionCookie}={session ?? throw new InvalidOperationException($"The sign-in gave no session: {answer.StatusCode}.")}";
    }

    private static bool CanPin() => Environment.ProcessorCount > CallersCore && File.Exists("/usr/bin/taskset");

    private static async Task<int> RunPinnedAsync(string[] args)
    {
        var dll = typeof(LoadTest).Assembly.Location;
        var start = new ProcessStartInfo("/usr/bin/taskset", ["-c", $"{CallersCore}", Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", dll, .. args]);
        start.Environment[PinnedMark] = "1";
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
