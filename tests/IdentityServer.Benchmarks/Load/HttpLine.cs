using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace IdentityServer.Benchmarks.Load;

/// <summary>
/// One keep-alive connection that sends ready bytes and reads no more of the answer than it must: a caller that costs much less
/// than the server it measures. It understands what our server sends, not all of HTTP.
/// </summary>
internal sealed class HttpLine : IDisposable
{
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] buffer = new byte[32 * 1024];
    private int length;
    private int bodyStart;

    /// <summary>The last answer's status.</summary>
    public int Status { get; private set; }

    public async Task ConnectAsync(Uri address) => await socket.ConnectAsync(IPAddress.Loopback, address.Port);

    /// <summary>Sends a request and reads the whole answer, which must have this status.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> request, int expectedStatus)
    {
        await socket.SendAsync(request);
        (length, bodyStart) = (0, 0);
        while (!IsWhole())
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length));
            length += read > 0 ? read : throw new InvalidOperationException("The server closed the connection.");
        }

        if (Status != expectedStatus)
        {
            throw new InvalidOperationException($"Status {Status} instead of {expectedStatus}: {Encoding.UTF8.GetString(buffer, 0, length)}");
        }
    }

    /// <summary>What stands in the last answer between these two marks; good until the next call.</summary>
    public ReadOnlySpan<byte> Between(ReadOnlySpan<byte> start, byte end)
    {
        var all = buffer.AsSpan(0, length);
        var at = all.IndexOf(start);
        if (at < 0)
        {
            throw new InvalidOperationException("The answer lacks what was expected: " + Encoding.UTF8.GetString(all));
        }

        var value = all[(at + start.Length)..];
        return value[..value.IndexOf(end)];
    }

    public void Dispose() => socket.Dispose();

    private bool IsWhole()
    {
        var all = buffer.AsSpan(0, length);
        if (bodyStart == 0)
        {
            var end = all.IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                return false;
            }

            bodyStart = end + 4;
            Status = Number(all["HTTP/1.1 ".Length..]);
        }

        var head = all[..bodyStart];
        var name = "Content-Length: "u8;
        if (head.IndexOf(name) is var at and >= 0)
        {
            return length - bodyStart >= Number(head[(at + name.Length)..]);
        }

        return head.IndexOf("Transfer-Encoding: chunked"u8) < 0 || all.EndsWith("0\r\n\r\n"u8);
    }

    private static int Number(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out int value, out _) ? value : throw new InvalidOperationException("The answer is not HTTP.");
}
