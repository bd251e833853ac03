"""Where tests find a real kube-apiserver and etcd."""
import os
import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[3]
LIVE = pathlib.Path(os.environ.get("KITFOX_SHARED_DIR") or TOP.parent / "shared") / "live"
SKIPPED = 77


def find_assets(folder):
    """The folder with both programs, or None, and then the reason is printed."""
    if os.environ.get("KUBEBUILDER_ASSETS"):
        return pathlib.Path(os.environ["KUBEBUILDER_ASSETS"])
    layout = LIVE / "kubebuilder-assets"
    if not layout.exists():
        print(f"skipped: no real API server: KUBEBUILDER_ASSETS is not set, and {layout} is not there")
        return None
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([str(layout), str(folder / "assets")], capture_output=True, text=True)
    if done.returncode != 0 or not os.access(folder / "assets" / "etcd", os.X_OK):
        print("skipped: no real API server:", (done.stderr or "etcd is not installed").strip())
        return None
    return folder / "assets"
