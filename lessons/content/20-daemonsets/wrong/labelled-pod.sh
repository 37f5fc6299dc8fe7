# step: chosen
kubectl label daemonset gpu-driver gpu=true
