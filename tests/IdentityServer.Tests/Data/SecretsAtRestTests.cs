using System.Runtime.Versioning;
using System.Security.Cryptography;
using IdentityServer.Data;
using IdentityServer.Keys;
using IdentityServer.Tests.Fixtures;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Data;

/// <summary>What a reader of files and of a copy of the database can do: nothing.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class SecretsAtRestTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string folder = Directory.CreateTempSubdirectory("identityserver-test-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_data_folder_and_all_in_it_are_their_owners_alone()
    {
        var data = Path.Combine(folder, "made", "data");
        await using var server = await TestServer.StartAsync($"DataDirectory={data}");
        await server.AddUserAsync();

        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(data));
        var files = Directory.GetFiles(data);
        Assert.Superset(new HashSet<string?> { "identityserver.db", "identityserver.db-wal", "master.key" }, files.Select(Path.GetFileName).ToHashSet());
        Assert.All(files, file => Assert.Equal(OwnerOnly, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task A_database_file_that_others_could_read_is_taken_from_them()
    {
        await using (await TestServer.StartAsync($"DataDirectory={folder}"))
        {
        }

        var file = Path.Combine(folder, "identityserver.db");
        File.SetUnixFileMode(file, OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        await using var server = await TestServer.StartAsync($"DataDirectory={folder}");

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(file));
    }

    [Fact]
    public void A_master_key_that_others_can_read_stops_the_start()
    {
        MasterKey.Load(null, folder);
        var file = Path.Combine(folder, "master.key");
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(file));
        File.SetUnixFileMode(file, OwnerOnly | UnixFileMode.OtherRead);

        var refusal = Assert.Throws<InvalidDataException>(() => MasterKey.Load(null, folder));

        Assert.Equal($"{file} can be read by others than its owner; run `chmod 600` on it.", refusal.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not base64!")]
    [InlineData("c2hvcnQ=")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void A_damaged_master_key_stops_the_start(string content)
    {
        var file = Path.Combine(folder, "master.key");
        File.WriteAllText(file, content);
        File.SetUnixFileMode(file, OwnerOnly);

        var refusal = Assert.Throws<InvalidDataException>(() => MasterKey.Load(null, folder));

        Assert.Equal($"{file} does not hold a key of 32 bytes in base64.", refusal.Message);
    }

    [Fact]
    public void Several_who_start_at_once_take_the_same_master_key()
    {
        for (var round = 0; round < 20; round++)
        {
            var fresh = Directory.CreateDirectory(Path.Combine(folder, $"{round}")).FullName;
            var keys = new MasterKey[8];
            Parallel.For(0, keys.Length, new() { MaxDegreeOfParallelism = keys.Length }, number => keys[number] = MasterKey.Load(null, fresh));

            var secret = keys[0].Seal([1, 2, 3]);

            Assert.All(keys, key => Assert.Equal([1, 2, 3], key.Open(secret)));
        }
    }

    [Fact]
    public void What_was_altered_or_cut_off_or_sealed_by_another_key_does_not_open()
    {
        var key = MasterKey.Load(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), folder);
        var other = MasterKey.Load(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), folder);
        var secret = key.Seal([1, 2, 3]);
        byte[] altered = [.. secret.AsSpan(0, secret.Length - 1), (byte)(secret[^1] ^ 1)];

        Assert.ThrowsAny<CryptographicException>(() => other.Open(secret));
        Assert.ThrowsAny<CryptographicException>(() => key.Open(altered));
        Assert.ThrowsAny<CryptographicException>(() => key.Open(secret.AsSpan(0, 20)));
    }

    [Theory, OnEachDatabase]
    public async Task A_copy_of_the_database_without_the_master_key_opens_nothing(DatabaseProvider provider)
    {
        await using var server = await TestServer.StartAsync(provider);
        var stored = await server.ReadAsync(db => db.SigningKeys.AsNoTracking().ToListAsync());
        var ring = await server.ReadAsync(db => db.DataProtectionKeys.Select(key => key.Xml).ToListAsync());

        Assert.NotEmpty(stored);
        Assert.All(ring, xml => Assert.DoesNotContain("<masterKey", xml, StringComparison.Ordinal));
        Assert.Contains(ring, xml => xml.Contains("<sealed", StringComparison.Ordinal));
        foreach (var key in stored)
        {
            // Sealed, and not merely encoded: what is stored is no PKCS#8 structure.
            Assert.ThrowsAny<CryptographicException>(() => RSA.Create().ImportPkcs8PrivateKey(Convert.FromBase64String(key.SealedPrivateKey), out _));
            var purpose = server.Get<IDataProtectionProvider>().CreateProtector("IdentityServer.Keys.v1");
            Assert.NotEmpty(purpose.Unprotect(Convert.FromBase64String(key.SealedPrivateKey)));
        }
    }

    [Fact]
    public async Task A_server_with_another_master_key_says_so_and_does_not_start()
    {
        await using (await TestServer.StartAsync($"DataDirectory={folder}"))
        {
        }

        File.Delete(Path.Combine(folder, "master.key"));

        await ExpectRefusalAsync(() => TestServer.StartAsync($"DataDirectory={folder}"));
    }

    [PostgresFact]
    public async Task Two_nodes_must_share_their_master_key()
    {
        await using var nodes = new TwoNodes();
        await nodes.StartFirstAsync();
        await ExpectRefusalAsync(() => nodes.StartSecondAsync("MasterKey=" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))));

        await nodes.StartSecondAsync();

        Assert.Equal(nodes.First.Get<SigningKeyRing>().Document.ETag, nodes.Second.Get<SigningKeyRing>().Document.ETag);
    }

    private static async Task ExpectRefusalAsync(Func<Task> start)
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(start);
        Assert.StartsWith("The keys in the database were sealed with another master key.", refusal.Message, StringComparison.Ordinal);
        SqliteConnection.ClearAllPools();
    }
}
