using System.Diagnostics;
using System.Globalization;

namespace IdentityServer.Tests.Fixtures;

/// <summary>The server that ships, as a process of its own, so that it can be measured, and killed as a power cut would.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private const string Listening = "Now listening on: http://127.0.0.1:";
    private const int MostLines = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly List<string> output = [];
    private readonly TaskCompletionSource<Uri> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(string[] command, string folder)
    {
        process = new Process
        {
            StartInfo = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = folder },
            EnableRaisingEvents = true,
        };
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException("The server has ended."));
    }

    /// <summary>Where it listens, which is its issuer too.</summary>
    public Uri Address => listening.Task.Result;

    /// <summary>From the start of the process to the end of its first answer.</summary>
    public TimeSpan StartedIn { get; private set; }

    /// <summary>The processor time that it used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>The memory that it holds now, in bytes.</summary>
    public long Memory
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    /// <summary>
    /// Starts it on this folder and waits until it has answered. <paramref name="settings"/> are such as <c>Sessions:IdleMinutes=5</c>;
    /// with <paramref name="core"/> it gets that processor core alone. Another build than the one beside the tests is named by
    /// <paramref name="assembly"/> or the environment variable <c>IDENTITYSERVER_DLL</c>.
    /// </summary>
    public static async Task<ServerProcess> StartAsync(string folder, IEnumerable<string> settings, int? core = null, string? assembly = null)
    {
        string[] command =
        [
            .. core is { } number ? ["taskset", "-c", number.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            assembly ?? Environment.GetEnvironmentVariable("IDENTITYSERVER_DLL") ?? Path.Combine(AppContext.BaseDirectory, "IdentityServer.dll"),
            "--urls=http://127.0.0.1:0",
            $"--IdentityServer:DataDirectory={folder}",
            .. settings.Select(setting => "--IdentityServer:" + setting),
        ];
        var server = new ServerProcess(command, folder);
        var clock = Stopwatch.StartNew();
        server.process.Start();
        server.process.BeginErrorReadLine();
        server.process.BeginOutputReadLine();
        await server.WaitForAsync("/.well-known/openid-configuration");
        server.StartedIn = clock.Elapsed;
        return server;
    }

    /// <summary>Waits until everything that a start does is done, a kickstart file too.</summary>
    public Task WaitUntilReadyAsync() => WaitForAsync("/health/ready");

    /// <summary>Kills it at once: nothing of it runs any more, nothing is flushed or closed (SIGKILL).</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await KillAsync();
        }

        process.Dispose();
    }

    private async Task WaitForAsync(string path)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            using var client = new HttpClient { BaseAddress = await listening.Task.WaitAsync(patience.Token) };
            while (!(await client.GetAsync(new Uri(path, UriKind.Relative), patience.Token)).IsSuccessStatusCode)
            {
                await Task.Delay(20, patience.Token);
            }
        }
        catch (Exception exception) when (exception is InvalidOperationException or HttpRequestException or OperationCanceledException)
        {
            await DisposeAsync();
            throw new InvalidOperationException("The server does not answer. It wrote:\n" + Output(), exception);
        }
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (output)
        {
            if (output.Count < MostLines)
            {
                output.Add(line);
            }
        }

        if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at)
        {
            listening.TrySetResult(new Uri("http://localhost:" + line[(at + Listening.Length)..]));
        }
    }

    private string Output()
    {
        lock (output)
        {
            return string.Join('\n', output);
        }
    }
}
