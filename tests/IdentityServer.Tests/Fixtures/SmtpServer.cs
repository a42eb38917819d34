using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace IdentityServer.Tests.Fixtures;

/// <summary>A mail that the mail server took, as it came over the wire.</summary>
public sealed record TakenMail(string Sender, string Recipient, string Content, bool Tls, string? User)
{
    public string? Header(string name) => Content.Split("\r\n\r\n", 2)[0].Replace("\r\n ", " ", StringComparison.Ordinal).Split("\r\n")
        .FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();

    public Guid Id => Guid.Parse(Header("Message-ID")!.TrimStart('<').Split('@')[0]);
}

/// <summary>A real mail server (Debian's aiosmtpd) in a process of its own, which answers as a test wants.</summary>
public sealed class SmtpServer : IAsyncDisposable
{
    public const string Take = "take";
    public const string Refuse = "refuse";
    public const string NoSuchUser = "no-such-user";
    public const string Later = "later";
    public const string Slow = "slow";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string[] arguments;
    private readonly Channel<string> answers = Channel.CreateUnbounded<string>();
    private readonly ConcurrentQueue<TakenMail> taken = new();
    private Process? process;

    private SmtpServer(string[] arguments) => this.arguments = arguments;

    public int Port { get; private set; }

    /// <summary>Everything it took so far.</summary>
    public IReadOnlyList<TakenMail> Taken => [.. taken];

    /// <summary>The settings of a server that sends through it.</summary>
    public string[] Settings => [$"Smtp:Host=localhost", $"Smtp:Port={Port}", "Smtp:Security=none", "Smtp:From=login@example.com", "Smtp:FromName=Ex\u00e4mple", "Smtp:TimeoutSeconds=2"];

    public static async Task<SmtpServer> StartAsync(params string[] arguments)
    {
        var server = new SmtpServer(arguments);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Takes it down, as somebody pulling the plug would.</summary>
    public async Task StopAsync()
    {
        if (process is not null)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            process = null;
        }
    }

    /// <summary>Brings it up, at the port that it had before.</summary>
    public async Task StartAgainAsync()
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Fixtures", "smtp_server.py");
        process = new Process
        {
            StartInfo = new ProcessStartInfo("/usr/bin/python3", [script, "--port", Port.ToString(CultureInfo.InvariantCulture), .. arguments])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                StandardOutputEncoding = Encoding.UTF8,
            },
        };
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        Port = JsonDocument.Parse(await AnswerAsync()).RootElement.GetProperty("port").GetInt32();
    }

    /// <summary>Changes how it answers.</summary>
    public async Task AnswerWithAsync(string mode)
    {
        await process!.StandardInput.WriteLineAsync(mode);
        await process.StandardInput.FlushAsync();
        Assert.Equal(mode, JsonDocument.Parse(await AnswerAsync()).RootElement.GetProperty("mode").GetString());
    }

    /// <summary>Waits until it has taken so many.</summary>
    public async Task<IReadOnlyList<TakenMail>> TakenAsync(int count)
    {
        await Eventually.TrueAsync(() => Task.FromResult(taken.Count >= count), $"{count} mails are taken");
        return Taken;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        var json = JsonDocument.Parse(line).RootElement;
        if (!json.TryGetProperty("content", out var content))
        {
            answers.Writer.TryWrite(line);
            return;
        }

        taken.Enqueue(new TakenMail(
            json.GetProperty("sender").GetString()!,
            json.GetProperty("recipients")[0].GetString()!,
            Encoding.UTF8.GetString(content.GetBytesFromBase64()),
            json.GetProperty("tls").GetBoolean(),
            json.GetProperty("user").GetString()));
    }

    private async Task<string> AnswerAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        return await answers.Reader.ReadAsync(limit.Token);
    }
}

/// <summary>Waits for what the server does by itself.</summary>
public static class Eventually
{
    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"It did not happen that {what}.");
            await Task.Delay(20);
        }
    }
}
