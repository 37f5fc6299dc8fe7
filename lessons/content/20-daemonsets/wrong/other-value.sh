# step: chosen
kubectl label node node-2 gpu=yes
