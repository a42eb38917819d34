namespace IdentityServer.Data;

/// <summary>
/// A lock among the processes of one machine: an open file that nobody else may open. It ends with its holder, however that ends; the
/// empty file stays.
/// </summary>
internal static class FileLock
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Waits for its turn, and holds the lock until the answer is disposed of.</summary>
    /// <exception cref="IOException">Somebody has held it for more than a minute.</exception>
    public static IDisposable Take(string path, CancellationToken cancellation = default)
    {
        for (var waited = TimeSpan.Zero; ; waited += Step)
        {
            try
            {
                return OwnerOnly.Open(path, FileMode.OpenOrCreate, FileShare.None);
            }
            catch (IOException exception) when (exception is not DirectoryNotFoundException && waited < Patience)
            {
                cancellation.WaitHandle.WaitOne(Step);
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }
}
