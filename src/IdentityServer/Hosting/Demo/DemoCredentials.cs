using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace IdentityServer.Hosting;

/// <summary>The secrets of the demo: random, made once per data folder, and readable by its owner alone. There are no default ones.</summary>
internal sealed record DemoCredentials(string ClientSecret, string Password)
{
    private const string FileName = "demo.json";

    // Without what is easily mistaken for something else; sixteen of them hold 78 bits.
    private const string Letters = "abcdefghijkmnpqrstuvwxyz23456789";

    /// <summary>The file in the data folder.</summary>
    public static string PathIn(string dataDirectory) => Path.Combine(dataDirectory, FileName);

    /// <summary>Reads the file, or makes it.</summary>
    /// <exception cref="InvalidDataException">The file is not one of ours.</exception>
    public static DemoCredentials Load(string dataDirectory)
    {
        var path = PathIn(dataDirectory);
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(dataDirectory);
            Save(path, new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)), NewPassword()));
        }

        try
        {
            return JsonSerializer.Deserialize<DemoCredentials>(File.ReadAllText(path), JsonSerializerOptions.Web) is { ClientSecret: not null, Password: not null } found
                ? found
                : throw new InvalidDataException($"{path} holds no credentials; delete it to get new ones.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path} is damaged; delete it to get new credentials.", exception);
        }
    }

    private static string NewPassword() =>
        string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString(Letters, 4)));

    // Written beside and renamed, so that a crash leaves a whole file or none.
    private static void Save(string path, DemoCredentials credentials)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var beside = path + ".new";
        File.Delete(beside);
        using (var file = new FileStream(beside, options))
        {
            JsonSerializer.Serialize(file, credentials, JsonSerializerOptions.Web);
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path);
    }
}
