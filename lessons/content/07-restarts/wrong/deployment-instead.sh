# step: crash
kubectl create deployment fragile --image=busybox
