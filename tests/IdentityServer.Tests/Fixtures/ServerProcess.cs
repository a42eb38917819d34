using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace IdentityServer.Tests.Fixtures;

/// <summary>The server that ships, as a process of its own, so that it can be measured, and killed as a power cut would.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process process;
    private readonly List<string> output;

    private ServerProcess(Process process, Uri address, List<string> output, TimeSpan startedIn)
    {
        (this.process, Address, this.output, StartedIn) = (process, address, output, startedIn);
    }

    /// <summary>Where it listens, which is its issuer too.</summary>
    public Uri Address { get; }

    /// <summary>From the start of the process to the end of its first answer.</summary>
    public TimeSpan StartedIn { get; }

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
    /// with <paramref name="core"/> it gets that processor core alone.
    /// </summary>
    public static async Task<ServerProcess> StartAsync(string folder, IEnumerable<string> settings, int? core = null)
    {
        var address = new Uri($"http://localhost:{FreePort()}");
        string[] command =
        [
            .. core is { } number ? ["taskset", "-c", number.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            Path.Combine(AppContext.BaseDirectory, "IdentityServer.dll"),
            $"--urls={address.OriginalString}",
            $"--IdentityServer:DataDirectory={folder}",
            .. settings.Select(setting => "--IdentityServer:" + setting),
        ];
        var output = new List<string>();
        var clock = Stopwatch.StartNew();
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = folder },
        };
        process.ErrorDataReceived += (_, line) => Keep(output, line.Data);
        process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        try
        {
            await WaitForAnswerAsync(process, address, clock);
        }
        catch (Exception exception) when (exception is InvalidOperationException or TimeoutException or HttpRequestException)
        {
            process.Kill();
            await process.WaitForExitAsync();
            throw new InvalidOperationException(exception.Message + "\n" + Text(output), exception);
        }

        return new ServerProcess(process, address, output, clock.Elapsed);
    }

    /// <summary>Waits until everything that a start does is done, a kickstart file too.</summary>
    public async Task WaitUntilReadyAsync()
    {
        using var client = new HttpClient { BaseAddress = Address };
        var clock = Stopwatch.StartNew();
        try
        {
            while (!(await client.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode)
            {
                if (clock.Elapsed > Patience)
                {
                    throw new TimeoutException("The server does not get ready.\n" + Text(output));
                }

                await Task.Delay(50);
            }
        }
        catch (HttpRequestException exception)
        {
            throw new InvalidOperationException("The server has ended.\n" + Text(output), exception);
        }
    }

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

    private static async Task WaitForAnswerAsync(Process process, Uri address, Stopwatch clock)
    {
        using var client = new HttpClient { BaseAddress = address };
        while (true)
        {
            try
            {
                using var response = await client.GetAsync(new Uri("/.well-known/openid-configuration", UriKind.Relative));
                response.EnsureSuccessStatusCode();
                return;
            }
            catch (HttpRequestException exception) when (exception.HttpRequestError is HttpRequestError.ConnectionError)
            {
                if (process.HasExited)
                {
                    throw new InvalidOperationException($"The server ended with code {process.ExitCode}.", exception);
                }

                if (clock.Elapsed > Patience)
                {
                    throw new TimeoutException("The server did not answer.", exception);
                }

                await Task.Delay(5);
            }
        }
    }

    private static void Keep(List<string> lines, string? line)
    {
        const int Most = 50;
        lock (lines)
        {
            if (line is not null && lines.Count < Most)
            {
                lines.Add(line);
            }
        }
    }

    private static string Text(List<string> lines)
    {
        lock (lines)
        {
            return string.Join('\n', lines);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
